using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Tests.Broker;

/// <summary>If both the arguments and the policies of a queue have a setting, the right one of the two values takes effect.</summary>
public class QueueSettingsTests
{
    [TestCase(10, 20, 10)]
    [TestCase(20, 10, 10)]
    [TestCase(10, null, 10)]
    [TestCase(null, 10, 10)]
    [TestCase(null, null, null)]
    public void Of_two_numbers_the_smaller_counts(int? argument, int? policy, int? expected)
    {
        foreach (var (key, read) in _numbers)
            Assert.That(read(Resolve("x-" + key, argument, key, policy)), Is.EqualTo((long?)expected), key);
    }

    [TestCase("argument", "policy", "argument")]
    [TestCase("argument", null, "argument")]
    [TestCase(null, "policy", "policy")]
    [TestCase(null, null, null)]
    public void Of_two_texts_the_argument_counts(string? argument, string? policy, string? expected)
    {
        Assert.That(Resolve("x-dead-letter-exchange", argument, "dead-letter-exchange", policy).DeadLetterExchange, Is.EqualTo(expected));
        Assert.That(
            Resolve("x-dead-letter-routing-key", argument, "dead-letter-routing-key", policy).DeadLetterRoutingKey,
            Is.EqualTo(expected));
    }

    [TestCase(null, null, "DropHead")]
    [TestCase("reject-publish", "drop-head", "RejectPublish")]
    [TestCase(null, "reject-publish-dlx", "RejectPublishDeadLetter")]
    public void Overflow_is_a_text(string? argument, string? policy, string expected) =>
        Assert.That($"{Resolve("x-overflow", argument, "overflow", policy).Overflow}", Is.EqualTo(expected));

    [Test]
    public void A_delivery_limit_below_0_is_none() =>
        Assert.That(Resolve("x-delivery-limit", -1, "delivery-limit", null).DeliveryLimit, Is.Null);

    [TestCase("quorum", "x", "at-least-once", "AtLeastOnce")]
    [TestCase("quorum", "x", "at-most-once", "AtMostOnce")]
    [TestCase("quorum", "x", null, "AtMostOnce")]
    [TestCase("quorum", null, "at-least-once", "Disabled")]
    [TestCase("classic", "x", "at-least-once", "AtMostOnce")]
    [TestCase(null, "x", null, "AtMostOnce")]
    [TestCase(null, null, null, "Disabled")]
    public void Only_a_quorum_queue_is_said_to_dead_letter_at_least_once(string? type, string? exchange, string? strategy, string expected)
    {
        var arguments = type is null ? FieldTable.Empty : FieldTable.Empty.With("x-queue-type", Value(type));
        var definition = new Dictionary<string, FieldValue>();
        foreach (var (key, value) in new[] { ("dead-letter-exchange", exchange), ("dead-letter-strategy", strategy) })
            if (value is not null)
                definition.Add(key, Value(value));

        Assert.That(
            $"{QueueSettings.Resolve(QueueArguments.FromStored(arguments), new EffectivePolicy(definition)).DeadLetterStrategy}",
            Is.EqualTo(expected));
    }

    [Test]
    public void Policies_give_no_priorities_and_no_type()
    {
        var settings = Resolve("x-a", null, "max-priority", 5);
        Assert.That((settings.MaxPriority, settings.Type), Is.EqualTo((0, QueueType.Classic)));
    }

    private static readonly (string Key, Func<QueueSettings, long?> Read)[] _numbers =
    [
        ("message-ttl", settings => settings.MessageTtl),
        ("expires", settings => settings.Expires),
        ("max-length", settings => settings.MaxLength),
        ("max-length-bytes", settings => settings.MaxLengthBytes),
        ("delivery-limit", settings => settings.DeliveryLimit),
        ("consumer-timeout", settings => settings.ConsumerTimeout),
    ];

    private static QueueSettings Resolve(string argument, object? value, string key, object? policy)
    {
        var arguments = value is null ? FieldTable.Empty : FieldTable.Empty.With(argument, Value(value));
        var definition = new Dictionary<string, FieldValue>();
        if (policy is not null)
            definition.Add(key, Value(policy));
        return QueueSettings.Resolve(QueueArguments.FromStored(arguments), new EffectivePolicy(definition));
    }

    private static FieldValue Value(object value) => value is string text ? FieldValue.FromString(text) : FieldValue.FromInt32((int)value);
}
