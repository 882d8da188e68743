using System.Net;
using Amqp.Protocol;
using Amqp.Server.Connections;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Logging;

/// <summary>If a client's connections fail again and again, the log has only a limited number of lines about the client.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConnectionLogLimitTests : IDisposable
{
    private readonly ManualTimer _clock = new();
    private readonly List<string> _summaries = [];

    [Test]
    public async Task Connections_that_break_are_a_few_lines_of_log_and_a_sum()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.log_limit = 3");
        for (int i = 0; i < 10; i++)
            await BreakAsync(broker);

        await Eventually.Holds(
            () => broker.Log.Any(line => line.Contains(
                "lines about connections from 127.0.0.1 were left out within 10 s, the last: ", StringComparison.Ordinal)),
            () => string.Join('\n', broker.Log));
        Assert.That(
            broker.Log.Count(line =>
                line.Contains("connection closed: ", StringComparison.Ordinal) && !line.Contains("left out", StringComparison.Ordinal)),
            Is.EqualTo(3));
    }

    [Test]
    public void An_address_has_its_lines_and_no_more()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 100);

        Assert.That(Take(lines, 1, 3), Is.EqualTo(new[] { true, true, false }));
        Assert.That(Take(lines, 2, 3), Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void All_addresses_together_have_no_more_than_theirs()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 3);

        Assert.That(Take(lines, 1, 2).Concat(Take(lines, 2, 2)), Is.EqualTo(new[] { true, true, true, false }));
    }

    [Test]
    public void What_all_addresses_together_may_have_they_have_again_when_the_interval_is_over()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 3);
        for (int interval = 0; interval < 3; interval++)
        {
            Assert.That(Take(lines, 1, 2).Concat(Take(lines, 2, 2)), Is.EqualTo(new[] { true, true, true, false }));
            _clock.Ring();
        }
    }

    [Test]
    public void Who_is_at_no_address_has_the_lines_of_one()
    {
        using var lines = NewAllowance(perAddress: 1, inAll: 100);

        Assert.That(
            (lines.TryTake(null, out _), lines.TryTake(null, out _), lines.TryTake(Address(1), out _)),
            Is.EqualTo((true, false, true)));
        Assert.That((lines.IsUsedUp(null), lines.IsUsedUp(Address(1))), Is.EqualTo((true, false)));
        lines.NoteLeftOut(null, "x");
        _clock.Ring();

        Assert.That(_summaries, Is.EqualTo(new[] { "1 of Unix sockets, x" }));
    }

    [Test]
    public void What_was_left_out_is_summed_up_and_the_count_begins_anew()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 100);
        Take(lines, 1, 2);
        lines.NoteLeftOut(Address(1), "first");
        lines.NoteLeftOut(Address(1), "second");

        _clock.Ring();

        Assert.That(_summaries, Is.EqualTo(new[] { "2 of 10.0.0.1, second" }));
        Assert.That(Take(lines, 1, 1), Is.EqualTo(new[] { true }));
    }

    [Test]
    public void Addresses_beyond_the_first_ten_are_summed_up_together()
    {
        using var lines = NewAllowance(perAddress: 1, inAll: 100);
        for (int address = 1; address <= 12; address++)
            for (int left = address; left > 0; left--)
                lines.NoteLeftOut(Address(address), "x");

        _clock.Ring();

        Assert.That(_summaries, Has.Count.EqualTo(11));
        Assert.That(_summaries[0], Is.EqualTo("12 of 10.0.0.12, x"));
        Assert.That(_summaries[^1], Is.EqualTo("3 of others"));
    }

    /// <summary>
    /// A client can use any number of addresses. The broker remembers a limited number of addresses, because each address needs memory.
    /// </summary>
    [Test]
    public void Beyond_so_many_addresses_nothing_is_written_and_who_is_known_has_its_lines()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 100_000);
        for (int i = 0; i < 4_096; i++)
            Assert.That(lines.TryTake(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), out _));

        Assert.That(Take(lines, 1, 2), Is.All.False);
        lines.NoteLeftOut(Address(1), "x");
        Assert.That(lines.TryTake(new IPAddress([10, 1, 0, 0]), out int count), Is.True);
        Assert.That(count, Is.EqualTo(2));

        _clock.Ring();
        Assert.That(_summaries, Is.EqualTo(new[] { "1 of others" }));
        Assert.That(Take(lines, 1, 1), Is.All.True, "a new interval has begun");
    }

    [Test]
    public void Only_who_has_had_too_many_has_used_them_up()
    {
        using var lines = NewAllowance(perAddress: 2, inAll: 100);
        Take(lines, 1, 2);
        bool before = lines.IsUsedUp(Address(1));

        Take(lines, 1, 1);

        Assert.That((before, lines.IsUsedUp(Address(1)), lines.IsUsedUp(Address(2))), Is.EqualTo((false, true, false)));
    }

    /// <summary>
    /// The limit here is one warning or error per IP address. From the second warning or error on, lines about the address are counted but
    /// not logged. An error with an exception is always logged, because the exception is a fault of the broker.
    /// </summary>
    [Test]
    public void Warnings_count_and_who_has_had_too_many_is_cut_short_but_for_what_is_the_brokers_own_fault()
    {
        var log = new ListLogger();
        using var lines = NewAllowance(perAddress: 1, inAll: 100);
        var (offender, other) = (new LimitedLogger(log, lines, Address(1)), new LimitedLogger(log, lines, Address(2)));

        Log(offender, LogLevel.Information, 1, "opened");
        Log(offender, LogLevel.Information, 1, "closed");
        Log(offender, LogLevel.Warning, 2, "broken");
        Log(offender, LogLevel.Information, 1, "opened again");
        Log(offender, LogLevel.Warning, 3, "broken again");
        Log(offender, LogLevel.Information, 1, "opened once too often");
        Log(offender, LogLevel.Error, 4, "broken for good");
        Log(offender, LogLevel.Error, 5, "the broker's own", new InvalidOperationException());
        Log(other, LogLevel.Information, 1, "opened");
        Log(other, LogLevel.Error, 6, "broken");
        _clock.Ring();

        Assert.That(log.Lines, Is.EqualTo(
            [
                "Information 1 opened", "Information 1 closed", "Warning 2 broken", "Information 1 opened again",
                "Error 5 the broker's own", "Information 1 opened", "Error 6 broken"
            ]));
        Assert.That(_summaries, Is.EqualTo(["3 of 10.0.0.1, broken for good"]));

        static void Log(LimitedLogger logger, LogLevel level, int id, string text, Exception? error = null) =>
            logger.Log(level, id, text, error, (line, _) => line);
    }

    /// <summary>The broker answers the first four refused logins of a client without a delay.</summary>
    [Test]
    public void Who_was_refused_too_often_waits_and_is_three_lines_of_log_and_a_sum()
    {
        var log = new ListLogger();
        using var failed = new FailedLogins(limit: 4, _clock, log);

        Assert.That(Fail(failed, address: 1, times: 6), Is.EqualTo([false, false, false, false, true, true]));
        Assert.That(Fail(failed, address: 2, times: 1), Is.EqualTo([false]), "another client is not delayed");
        Assert.That(log.Lines.Select(line => line.Contains("'jo1'")), Is.EqualTo([true, true, true, false]));
        log.Lines.Clear();
        _clock.Ring();

        Assert.That(log.Lines.Single(), Does.Contain("3 more logins from 10.0.0.1").And.Contain("'jo1': why 6"));
        Assert.That(Fail(failed, address: 1, times: 1), Is.EqualTo([false]), "a new interval has begun");
    }

    [Test]
    public void Refusals_of_many_addresses_are_fifty_lines_of_log()
    {
        var log = new ListLogger();
        using var failed = new FailedLogins(limit: 4, _clock, log);
        for (int address = 1; address <= 30; address++)
            Fail(failed, address, times: 2);

        Assert.That(log.Lines, Has.Count.EqualTo(50));
    }

    [Test]
    public void Without_a_limit_of_refusals_nobody_waits()
    {
        using var failed = new FailedLogins(limit: 0, _clock, new ListLogger());

        Assert.That(Fail(failed, address: 1, times: 100), Is.All.False);
    }

    [Test]
    public void Without_a_limit_everything_is_written()
    {
        using var lines = NewAllowance(perAddress: 0, inAll: 0);

        Assert.That(Take(lines, 1, 100), Is.All.True);
        Assert.That(lines.IsUsedUp(Address(1)), Is.False);
    }

    public void Dispose() => _clock.Dispose();

    private static async Task BreakAsync(BrokerInProcess broker)
    {
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        await client.SendAsync(7, new ChannelClose(200, "", 0, 0));
        await client.ExpectAsync<ConnectionClose>(0);
    }

    private static IPAddress Address(int number) => new([10, 0, 0, (byte)number]);

    private static bool[] Fail(FailedLogins failed, int address, int times) =>
        [.. Enumerable.Range(1, times).Select(time => failed.Note(Address(address), "peer", $"jo{address}", "PLAIN", $"why {time}"))];

    private static bool[] Take(LineAllowance lines, int address, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => lines.TryTake(Address(address), out int _))];

    private LineAllowance NewAllowance(int perAddress, int inAll) => new(
        perAddress, inAll, _clock, (count, address, last) => _summaries.Add($"{count} of {address}, {last}"), count =>
            _summaries.Add($"{count} of others"));

    /// <summary>A clock with one timer. The timer fires only when the test calls a method.</summary>
    private sealed class ManualTimer : TimeProvider, ITimer
    {
        private Action? _callback;

        public void Ring() => _callback!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
