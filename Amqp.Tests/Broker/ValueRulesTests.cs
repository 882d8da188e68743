using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Values;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The broker accepts only valid values. It also starts with invalid values that an earlier version has stored.</summary>
public sealed class ValueRulesTests
{
    private static readonly string[] _names = ["dead-letter-exchange", "dead-letter-routing-key", "alternate-exchange"];
    private static readonly long[] _numbers =
        [long.MinValue, -1, 0, 1, int.MaxValue, 1L << 31, 1L << 53, 315_360_000_000, 315_360_000_001, long.MaxValue];

    [TestCaseSource(nameof(_names))]
    public void A_name_has_at_most_255_bytes(string key)
    {
        Assert.That(
            (Refuses(key, ""), Refuses(key, new string('x', 255)), Refuses(key, new string('ä', 127))),
            Is.EqualTo((false, false, false)));
        Assert.That(
            (Refuses(key, new string('x', 256)), Refuses(key, new string('ä', 128)), Refuses(key, new string('x', 70_000))),
            Is.EqualTo((true, true, true)));
    }

    [TestCase("expires", 1, 315_360_000_000)]
    [TestCase("message-ttl", 0, 315_360_000_000)]
    [TestCase("consumer-timeout", 0, long.MaxValue)]
    [TestCase("max-length", 0, long.MaxValue)]
    [TestCase("max-length-bytes", 0, long.MaxValue)]
    [TestCase("delivery-limit", 0, long.MaxValue)]
    public void A_number_is_in_its_range_as_an_argument_and_in_a_policy(string key, long least, long most)
    {
        foreach (long number in _numbers)
        {
            bool isInRange = number >= least && number <= most;
            var value = FieldValue.FromInt64(number);
            Assert.That(IsPolicy(key, value), Is.EqualTo(isInRange), $"policy {key} {number}");
            if (key != "delivery-limit" || number != -1)
                Assert.That(IsArgument("x-" + key, value), Is.EqualTo(isInRange), $"argument {key} {number}");
        }
        foreach (var wrong in WrongTypes())
            Assert.That((IsPolicy(key, wrong), IsArgument("x-" + key, wrong)), Is.EqualTo((false, false)), $"{key} {wrong}");
    }

    [TestCase(null, -1)]
    [TestCase("0", 0)]
    [TestCase("-0", 0)]
    [TestCase("+5", 5)]
    [TestCase("007", 7)]
    [TestCase("0000000000000000000000000000001", 1)]
    [TestCase("315360000000", 315_360_000_000)]
    public void An_expiration_is_a_whole_number_however_it_is_written(string? expiration, long milliseconds)
    {
        byte[] properties = Encoded.Properties(new BasicProperties { Expiration = expiration });

        Assert.That(MessageTraits.Of(EncodedProperties.Read(properties)).Expiration, Is.EqualTo(milliseconds));
    }

    /// <summary>-1 means no delivery limit. The value -1 is valid in an argument of a queue, but not in a policy.</summary>
    [TestCase(-2, false, false)]
    [TestCase(-1, true, false)]
    [TestCase(0, true, true)]
    public void No_limit_of_deliveries_is_an_argument_and_no_policy(int limit, bool isArgument, bool isPolicy) =>
        Assert.That(
            (IsArgument("x-delivery-limit", FieldValue.FromInt32(limit)), IsPolicy("delivery-limit", FieldValue.FromInt32(limit))),
            Is.EqualTo((isArgument, isPolicy)));

    [TestCase("x-dead-letter-strategy", "at-most-once at-least-once")]
    [TestCase("x-queue-mode", "default lazy")]
    [TestCase("x-queue-type", "classic quorum")]
    [TestCase("x-overflow", "drop-head reject-publish reject-publish-dlx")]
    public void A_word_is_one_of_those_that_RabbitMQ_knows(string argument, string words)
    {
        foreach (string word in words.Split(' '))
            Assert.That(IsArgument(argument, FieldValue.FromString(word)), word);
        foreach (var other in (FieldValue[])[
            FieldValue.FromString("other"),
            FieldValue.FromString(""),
            FieldValue.FromInt32(1),
            FieldValue.Void
        ])
            Assert.That(IsArgument(argument, other), Is.False, $"{other}");
    }

    [TestCase(0, 0, 0)]
    [TestCase(5, 7, 12)]
    [TestCase(1, long.MaxValue, long.MaxValue)]
    [TestCase(1, long.MaxValue - 1, long.MaxValue)]
    [TestCase(2, long.MaxValue - 1, long.MaxValue)]
    [TestCase(long.MaxValue, long.MaxValue, long.MaxValue)]
    [TestCase(-5, 7, 2)]
    public void A_deadline_is_never_before_its_beginning(long moment, long milliseconds, long expected) =>
        Assert.That(Deadline.After(moment, milliseconds), Is.EqualTo(expected));

    [Test]
    public async Task A_stored_policy_with_any_time_stops_no_other_queues_timer_and_drops_nothing()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        var virtualHost = broker.Broker.VirtualHosts.Find("/")!;
        await using var client = await RawClient.DialAsync(new UriBuilder("amqp", "127.0.0.1", broker.Ports[0]).Uri);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        foreach (string key in (string[])["expires", "message-ttl", "consumer-timeout"])
            virtualHost.Policies.Put(Policy.FromStored(
                PolicyKind.User, key, $"^{key}$", "queues", 0, FieldTable.Empty.With(key, FieldValue.FromInt64(long.MaxValue - 1))));
        foreach (string queue in (string[])["expires", "message-ttl", "consumer-timeout"])
        {
            await channel.DeclareQueueAsync(queue);
            await channel.PublishAsync("", queue, "a", new() { Expiration = "315360000000" });
            await channel.PublishAsync("", queue, "b");
        }
        await channel.DeclareQueueAsync("other", arguments: FieldTable.Empty.With("x-message-ttl", FieldValue.FromInt32(1)));

        await channel.PublishAsync("", "other", "gone soon");

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync("other")).MessageCount == 0, () => "it does not expire");
        Assert.That(await channel.CountMessagesAsync(["expires", "message-ttl", "consumer-timeout"], 6), Is.EqualTo([2, 2, 2]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_stored_routing_key_that_is_too_long_counts_as_absent(bool byPolicy)
    {
        var tooLong = FieldTable.Empty.With("dead-letter-exchange", FieldValue.FromString(""))
            .With("dead-letter-routing-key", FieldValue.FromString(new string('k', 300)));
        var policy = new EffectivePolicy(tooLong.ToDictionary(field => field.Key, field => field.Value));
        var arguments = QueueArguments.FromStored(
            new FieldTable(tooLong.Select(field => KeyValuePair.Create("x-" + field.Key, field.Value))));

        var settings = byPolicy
            ? QueueSettings.Resolve(QueueArguments.FromStored(FieldTable.Empty), policy)
            : QueueSettings.Resolve(arguments, EffectivePolicy.None);

        Assert.That((settings.DeadLetterExchange, settings.DeadLetterRoutingKey), Is.EqualTo(("", (string?)null)));
    }

    private static bool Refuses(string key, string text)
    {
        var value = FieldValue.FromString(text);
        bool isPolicy = IsPolicy(key, value);
        if (key != "alternate-exchange")
            Assert.That(IsArgument("x-" + key, value), Is.EqualTo(isPolicy));
        return !isPolicy;
    }

    private static IEnumerable<FieldValue> WrongTypes() =>
        [
            FieldValue.FromString("1"), FieldValue.FromDouble(1.5), FieldValue.FromBoolean(true), FieldValue.Void, FieldValue.FromArray([]),
            FieldValue.FromTable(FieldTable.Empty)
        ];

    private static bool IsPolicy(string key, FieldValue value)
    {
        try
        {
            PolicyKeys.Validate(PolicyKind.User, FieldTable.Empty.With(key, value));
            return true;
        }
        catch (ValidationException)
        {
            return false;
        }
    }

    private static bool IsArgument(string name, FieldValue value)
    {
        var table = FieldTable.Empty.With(name, value);
        if (name == "x-dead-letter-routing-key")
            table = table.With("x-dead-letter-exchange", FieldValue.FromString(""));
        try
        {
            QueueArguments.Parse(table, "q", "/");
            return true;
        }
        catch (BrokerException error)
        {
            Assert.That(error.Error, Is.EqualTo(BrokerError.Precondition));
            return false;
        }
    }
}
