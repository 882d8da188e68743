using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Tests.Broker;

/// <summary>The explanation of a queue's values agrees with the settings by which the queue works.</summary>
public sealed class EffectiveArgumentTests
{
    private static readonly string[] _numbers = ["message-ttl", "expires", "max-length", "max-length-bytes", "consumer-timeout"];
    private static readonly string[] _texts = ["dead-letter-exchange", "dead-letter-routing-key"];

    [Test]
    public void The_explanation_agrees_with_the_settings()
    {
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++)
        {
            var arguments = Arguments(random);
            var (user, operators) = (RandomPolicy(random, PolicyKind.User), RandomPolicy(random, PolicyKind.Operator));
            var settings = QueueSettings.Resolve(arguments, PolicyKeys.Combine(user, operators));

            var explained = EffectiveArgument.Of(arguments, user, operators).ToDictionary(entry => entry.Key, entry => entry.Applied.Value);

            string what = $"round {round}: {arguments.Table} {user?.Definition} {operators?.Definition}";
            Assert.That(Number("message-ttl"), Is.EqualTo(settings.MessageTtl), what);
            Assert.That(Number("expires"), Is.EqualTo(settings.Expires), what);
            Assert.That(Number("max-length"), Is.EqualTo(settings.MaxLength), what);
            Assert.That(Number("max-length-bytes"), Is.EqualTo(settings.MaxLengthBytes), what);
            Assert.That(Number("consumer-timeout"), Is.EqualTo(settings.ConsumerTimeout), what);
            Assert.That(Text("dead-letter-exchange"), Is.EqualTo(settings.DeadLetterExchange), what);
            Assert.That(Text("dead-letter-routing-key"), Is.EqualTo(settings.DeadLetterRoutingKey), what);
            Assert.That(Text("overflow") == "reject-publish", Is.EqualTo(settings.Overflow == Overflow.RejectPublish), what);
            if (settings.Deduplication is { } deduplication)
                Assert.That(Number("x-cache-size"), Is.EqualTo(deduplication.Size), what);
            Assert.That(
                explained.TryGetValue("x-message-deduplication", out var isOn) && isOn.AsBoolean(),
                Is.EqualTo(settings.Deduplication is not null), what);

            long? Number(string key) => explained.TryGetValue(key, out var value) ? value.AsInteger() : null;
            string? Text(string key) => explained.TryGetValue(key, out var value) ? value.AsString() : null;
        }
    }

    [Test]
    public void Each_value_that_does_not_apply_has_its_source_and_a_reason()
    {
        var arguments = QueueArguments.FromStored(
            Table(("x-max-length", FieldValue.FromInt64(100)), ("x-note", FieldValue.FromString("n"))));
        var user = new Policy(PolicyKind.User, "u", ".*", "queues", 0, Table(("max-length", FieldValue.FromInt64(50))));
        var operators = new Policy(
            PolicyKind.Operator, "o", ".*", "queues", 0,
            Table(("max-length", FieldValue.FromInt64(70)), ("expires", FieldValue.FromInt64(9))));

        var explained = EffectiveArgument.Of(arguments, user, operators).Select(
            entry => $"{entry.Key}={entry.Applied.Value} by {entry.Applied.Description}"
                + string.Concat(entry.Overridden.Select(other => $"; {other.Source.Value} of {other.Source.Description}: {other.Reason}")));

        Assert.That(
            explained,
            Is.EqualTo(
            [
                "expires=9 by the operator policy 'o'",
                "max-length=50 by the policy 'u'; 100 of the argument: the smaller number applies, 50 of the policy 'u'; "
                    + "70 of the operator policy 'o': the smaller number applies, 50 of the policy 'u'",
                "note=n by the argument",
            ]));
    }

    private static QueueArguments Arguments(Random random)
    {
        var fields = new List<(string, FieldValue)>();
        foreach (string key in _numbers.Where(_ => random.Next(2) == 0))
            fields.Add(($"x-{key}", FieldValue.FromInt64(random.Next(1, 5))));
        foreach (string key in _texts.Where(_ => random.Next(2) == 0))
            fields.Add(($"x-{key}", FieldValue.FromString($"argument{random.Next(2)}")));
        if (random.Next(3) == 0)
            fields.Add(("x-overflow", FieldValue.FromString("reject-publish")));
        if (random.Next(3) == 0)
            fields.Add(("x-message-deduplication", FieldValue.FromBoolean(random.Next(2) == 0)));
        if (random.Next(3) == 0)
            fields.Add(("x-cache-size", FieldValue.FromInt64(random.Next(1, 5))));
        return QueueArguments.FromStored(Table([.. fields]));
    }

    private static Policy? RandomPolicy(Random random, PolicyKind kind)
    {
        var fields = new List<(string, FieldValue)>();
        foreach (string key in _numbers.Where(key => random.Next(2) == 0 && PolicyKeys.IsKnown(kind, key)))
            fields.Add((key, FieldValue.FromInt64(random.Next(1, 5))));
        if (kind == PolicyKind.User)
        {
            foreach (string key in _texts.Where(_ => random.Next(2) == 0))
                fields.Add((key, FieldValue.FromString("policy")));
            if (random.Next(3) == 0)
                fields.Add(("x-message-deduplication", FieldValue.FromBoolean(true)));
            if (random.Next(3) == 0)
                fields.Add(("x-cache-size", FieldValue.FromInt64(random.Next(1, 5))));
        }
        if (random.Next(3) == 0)
            fields.Add(("overflow", FieldValue.FromString(random.Next(2) == 0 ? "drop-head" : "reject-publish")));
        return fields.Count == 0 ? null : new Policy(kind, kind.ToString(), ".*", "queues", 0, Table([.. fields]));
    }

    private static FieldTable Table(params (string Name, FieldValue Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
