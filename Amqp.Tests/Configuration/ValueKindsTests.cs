using System.Net;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Configuration;

/// <summary>
/// Each kind of value accepts valid texts and refuses all other texts. For a misspelled word, the error suggests the right word.
/// </summary>
public class ValueKindsTests
{
    [TestCase("0", 0)]
    [TestCase("134217728", 134_217_728)]
    [TestCase("1k", 1_024)]
    [TestCase("1K", 1_024)]
    [TestCase("2kiB", 2_048)]
    [TestCase("2kB", 2_000)]
    [TestCase("128MB", 128_000_000)]
    [TestCase("128MiB", 134_217_728)]
    [TestCase("128m", 134_217_728)]
    [TestCase("1 GiB", 1_073_741_824)]
    [TestCase("1gb", 1_000_000_000)]
    [TestCase("2TiB", 2_199_023_255_552)]
    [TestCase("2Ki", 2_048)]
    [TestCase("2Mi", 2_097_152)]
    [TestCase("2Gi", 2_147_483_648)]
    [TestCase("2gi", 2_147_483_648)]
    [TestCase("2Ti", 2_199_023_255_552)]
    [TestCase("2TB", 2_000_000_000_000)]
    [TestCase("2PB", 2_000_000_000_000_000)]
    [TestCase("2PiB", 2_251_799_813_685_248)]
    [TestCase("2P", 2_251_799_813_685_248)]
    public void Sizes_have_the_units_of_RabbitMQ(string text, long bytes)
    {
        Assert.That(ByteSize.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("MB")]
    [TestCase("-1")]
    [TestCase("1.5GB")]
    [TestCase("1XB")]
    [TestCase("1B")]
    [TestCase("1iB")]
    [TestCase("1EiB")]
    [TestCase("9999999999GiB")]
    [TestCase("99999999999999999999")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.That(ByteSize.TryParse(text, out _), Is.False);

    [TestCase("60000", 60_000)]
    [TestCase("90s", 90_000)]
    [TestCase("1d12h", 129_600_000)]
    [TestCase("500ms", 500)]
    [TestCase("1m30s", 90_000)]
    public void Durations_are_milliseconds_or_have_units(string text, long milliseconds)
    {
        Assert.That(DurationText.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(milliseconds));
    }

    [TestCase("")]
    [TestCase("s")]
    [TestCase("1y")]
    [TestCase("-1s")]
    [TestCase("9223372036854775807w")]
    public void What_is_no_duration_is_refused(string text) =>
        Assert.That(DurationText.TryParse(text, out _), Is.False);

    [TestCase("8192", 8_192)]
    [TestCase("128KB", 131_072)]
    [TestCase("1mb", 1_048_576)]
    public void A_binary_size_has_units_of_1024(string text, int bytes)
    {
        Assert.That(ValueKinds.BinarySize(0, int.MaxValue).TryRead(text, out int read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase("0.5", true)]
    [TestCase("1", true)]
    [TestCase("2.5", true)]
    [TestCase("0.0", false)]
    [TestCase("-0.5", false)]
    [TestCase("half", false)]
    public void A_positive_factor_is_above_nothing(string text, bool isOne) =>
        Assert.That(ValueKinds.PositiveFactor.TryRead(text, out _), Is.EqualTo(isOne));

    [TestCase("5672", null, 5672)]
    [TestCase("0", null, 0)]
    [TestCase("127.0.0.1:5672", "127.0.0.1", 5672)]
    [TestCase("[::1]:5672", "::1", 5672)]
    [TestCase("::1:5672", "::1", 5672)]
    [TestCase("0.0.0.0:0", "0.0.0.0", 0)]
    public void A_listener_is_a_port_with_or_without_address(string text, string? address, int port)
    {
        Assert.That(ListenAddresses.TryParse(text, out ListenAddress listener), Is.True);
        Assert.That(listener, Is.EqualTo(new ListenAddress(address is null ? null : IPAddress.Parse(address), port)));
    }

    [TestCase("")]
    [TestCase("65536")]
    [TestCase("-1")]
    [TestCase("localhost:5672")]
    [TestCase("127.0.0.1")]
    [TestCase("127.1:5672")]
    [TestCase(":5672")]
    [TestCase("127.0.0.1:")]
    public void What_is_no_listener_is_refused(string text) =>
        Assert.That(ListenAddresses.TryParse(text, out _), Is.False);

    [Test]
    public void Several_addresses_are_separated_by_commas()
    {
        Assert.That(ListenAddresses.TryParseList("127.0.0.1, ::1", out IReadOnlyList<IPAddress>? addresses), Is.True);
        Assert.That(addresses, Is.EqualTo(new[] { IPAddress.Loopback, IPAddress.IPv6Loopback }));
    }

    [TestCase("debug", LogLevel.Debug)]
    [TestCase("info", LogLevel.Information)]
    [TestCase("notice", LogLevel.Warning)]
    [TestCase("warning", LogLevel.Warning)]
    [TestCase("error", LogLevel.Error)]
    [TestCase("alert", LogLevel.Critical)]
    [TestCase("none", LogLevel.None)]
    public void Levels_have_the_names_of_RabbitMQ(string text, LogLevel level)
    {
        Assert.That(ValueKinds.Level.TryRead(text, out LogLevel read), Is.True);
        Assert.That(read, Is.EqualTo(level));
    }

    [TestCase("1.2.3", true)]
    [TestCase("10.0.12", true)]
    [TestCase("1.2", false)]
    [TestCase("1.2.3-rc", false)]
    [TestCase("1.2.3.4", false)]
    public void A_version_is_three_numbers(string text, bool valid) =>
        Assert.That(ValueKinds.Version.TryRead(text, out _), Is.EqualTo(valid));

    [TestCase("0", true)]
    [TestCase("0.45", true)]
    [TestCase("1.0", true)]
    [TestCase("1.1", false)]
    [TestCase("40%", false)]
    [TestCase("0,4", false)]
    public void A_fraction_lies_between_0_and_1(string text, bool valid) =>
        Assert.That(ValueKinds.Fraction.TryRead(text, out _), Is.EqualTo(valid));

    [TestCase("heartbaet", "heartbeat", 1)]
    [TestCase("hearbeat", "heartbeat", 1)]
    [TestCase("frame-max", "frame_max", 1)]
    [TestCase("", "abc", 3)]
    [TestCase("kitten", "sitting", 3)]
    public void The_distance_of_two_words_counts_slips(string from, string to, int distance) =>
        Assert.That(Spelling.Distance(from, to), Is.EqualTo(distance));

    [TestCase("0", false)]
    [TestCase("1", true)]
    [TestCase("65", true)]
    [TestCase("66", false)]
    [TestCase("-5", false)]
    [TestCase("+5", false)]
    [TestCase(" 5", false)]
    [TestCase("5.0", false)]
    [TestCase("", false)]
    public void A_number_lies_between_its_bounds_and_they_are_in_it(string text, bool valid)
    {
        Assert.That(ValueKinds.Integer(1, 65).TryRead(text, out int number), Is.EqualTo(valid));
        Assert.That(ValueKinds.Milliseconds(1, 65).TryRead(text, out TimeSpan time), Is.EqualTo(valid));
        Assert.That(ValueKinds.Bytes(1, 65).TryRead(text, out long bytes), Is.EqualTo(valid));
        Assert.That(ValueKinds.BinarySize(1, 65).TryRead(text, out int size), Is.EqualTo(valid));
        if (valid)
            Assert.That(
                (number, time, bytes, size),
                Is.EqualTo((int.Parse(text, null), TimeSpan.FromMilliseconds(number), (long)number, number)));
    }

    [TestCase("1w", 604_800_000)]
    [TestCase("2h", 7_200_000)]
    [TestCase("1s500ms", 1_500)]
    [TestCase("0", 0)]
    public void A_duration_has_units_from_the_week_to_the_millisecond(string text, long milliseconds)
    {
        Assert.That(ValueKinds.Duration.TryRead(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(milliseconds));
    }

    [TestCase(0, "a", false)]
    [TestCase(255, "a", true)]
    [TestCase(256, "a", false)]
    [TestCase(127, "\u00E4", true)]
    [TestCase(128, "\u00E4", false)]
    public void A_name_has_as_many_bytes_as_AMQP_can_say(int count, string letter, bool valid) =>
        Assert.That(ValueKinds.Name.TryRead(string.Concat(Enumerable.Repeat(letter, count)), out _), Is.EqualTo(valid));

    [TestCase("<text>", "a", "")]
    [TestCase("<integer>", "-1", "x")]
    [TestCase("<count>", "0", "-1")]
    [TestCase("<positive>", "1", "0")]
    [TestCase("<byte>", "255", "256")]
    [TestCase("<byte>", "0", "-1")]
    [TestCase("<number>", "-1.5", "1e5")]
    [TestCase("<size>", "1KiB", "1XB")]
    [TestCase("<duration>", "1d12h", "1y")]
    [TestCase("<listener>", "[::1]:1", "x:1")]
    [TestCase("infinity|<positive>", "infinity", "infinite")]
    [TestCase("infinity|<positive>|none", "none", "0")]
    [TestCase("infinity|<positive>|none", "1", "")]
    public void A_kind_of_RabbitMQs_takes_what_RabbitMQ_takes(string kind, string taken, string refused)
    {
        Assert.That(RabbitMqKinds.Parse(kind).TryRead(taken, out string? read), Is.True);
        Assert.That(read, Is.EqualTo(taken));
        Assert.That(RabbitMqKinds.Parse(kind).TryRead(refused, out _), Is.False);
    }

    [TestCase("true", "false", "True")]
    [TestCase("a,b , c", "", null)]
    public void Flags_are_true_or_false_and_words_are_separated_by_commas(string taken, string other, string? refused)
    {
        if (refused is null)
        {
            Assert.That(
                ValueKinds.Words.TryRead(taken, out var words) && ValueKinds.Words.TryRead(other, out var none) && none.Count == 0,
                Is.True);
            Assert.That(words, Is.EqualTo(new[] { "a", "b", "c" }));
            return;
        }
        Assert.That(
            (ValueKinds.Boolean.TryRead(taken, out bool yes), yes, ValueKinds.Boolean.TryRead(other, out bool no), no),
            Is.EqualTo((true, true, true, false)));
        Assert.That(ValueKinds.Boolean.TryRead(refused, out _), Is.False);
    }

    [TestCase("/rabbit/", "/rabbit")]
    [TestCase("rabbit", "/rabbit")]
    [TestCase("/a/b", "/a/b")]
    [TestCase("/", "")]
    [TestCase("/a b", null)]
    [TestCase("/a?b", null)]
    public void A_prefix_of_a_path_has_a_slash_in_front_and_none_behind(string text, string? prefix) =>
        Assert.That(ValueKinds.PathPrefix.TryRead(text, out string? read) ? read : null, Is.EqualTo(prefix));

    [TestCase("10.0.0.0/8, fd00::/8", 2)]
    [TestCase("10.0.0.1/32", 1)]
    [TestCase("10.0.0.0/8,", null)]
    [TestCase("10.0.0.0", null)]
    [TestCase("10.0.0.0/33", null)]
    public void Networks_are_separated_by_commas_and_each_must_be_one(string text, int? count) =>
        Assert.That(ValueKinds.Networks.TryRead(text, out var networks) ? networks.Count : (int?)null, Is.EqualTo(count));

    [TestCase("https://x:1", true)]
    [TestCase("ftp://x", false)]
    [TestCase("x:1", false)]
    [TestCase("/x", false)]
    public void A_collector_is_reached_over_HTTP(string text, bool valid) =>
        Assert.That(ValueKinds.HttpAddress.TryRead(text, out _), Is.EqualTo(valid));

    [TestCase("critical", LogLevel.Critical)]
    [TestCase("emergency", LogLevel.Critical)]
    [TestCase("Info", null)]
    public void The_gravest_levels_are_one(string text, LogLevel? level) =>
        Assert.That(ValueKinds.Level.TryRead(text, out LogLevel read) ? read : (LogLevel?)null, Is.EqualTo(level));

    [TestCase("abc", "axy", "axy")] // two wrong letters are accepted even in a short word
    [TestCase("abcd", "axyz", null)]
    [TestCase("abcdefghijk", "xyzdefghijk", null)]
    [TestCase("abcdefghijkl", "xyzdefghijkl", "xyzdefghijkl")]
    [TestCase("abcdefghijkl", "xyzwefghijkl", null)]
    [TestCase("abc", "abx aby abz", "abx")]
    [TestCase("abc", "axy abz", "abz")]
    [TestCase("abc", "", null)]
    public void What_is_meant_is_what_is_nearest_and_not_too_far(string word, string candidates, string? nearest) =>
        Assert.That(Spelling.Nearest(word, candidates.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Is.EqualTo(nearest));
}
