using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The preview of a policy describes exactly the changes that setting the policy makes.</summary>
public sealed class PolicyPreviewTests
{
    private static readonly string[] _patterns = ["", "^a", "b$", "^(a|c)", "1", "none", "."];
    private static readonly string[] _targets = ["all", "queues", "exchanges", "classic_queues", "quorum_queues"];
    private static readonly string[] _limits = ["max-length", "message-ttl", "expires", "max-length-bytes", "delivery-limit"];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task A_preview_equals_what_really_changes(int seed)
    {
        await using var bare = new BareBroker();
        var (random, host) = (new Random(seed), bare.Host);
        foreach (string name in new[] { "a1", "a2", "b1", "ab", "c1", "cb" })
        {
            bare.Declare(name, QueueFlags.Durable);
            bare.Declare($"{name}-quorum", QueueFlags.Durable, ("x-queue-type", "quorum"));
            host.Topology.DeclareExchange($"{name}-x", "fanout", ExchangeFlags.Durable, FieldTable.Empty);
        }

        for (int round = 0; round < 100; round++)
        {
            var policy = RandomPolicy(random);
            var before = Effective(host);
            var preview = host.Policies.Preview(policy);
            Assert.That(Effective(host), Is.EqualTo(before), "the preview changes nothing");

            host.Policies.Put(policy);

            var after = Effective(host);
            string what = $"round {round}: {policy.Kind} {policy.Name} '{policy.Pattern}' {policy.ApplyTo} {policy.Priority}";
            Assert.That(
                preview.Objects.Where(effect => effect.IsChange).ToDictionary(
                    effect => $"{effect.Type} {effect.Target.Name}", effect => $"{Text(effect.Before)} -> {Text(effect.After)}"),
                Is.EqualTo(
                    after.Where(entry => entry.Value != before[entry.Key])
                        .ToDictionary(entry => entry.Key, entry => $"{before[entry.Key]} -> {entry.Value}")),
                what);
            Assert.That(preview.Changed, Is.EqualTo(after.Count(entry => entry.Value != before[entry.Key])), what);
            foreach (var effect in preview.Objects.Where(effect => effect.OverruledBy is not null))
                Assert.That(Applied(host, policy.Kind, effect.Target), Is.EqualTo(effect.OverruledBy!.Name), what);
            Assert.That(
                preview.Objects.Count(effect => effect.OverruledBy is null && Applied(host, policy.Kind, effect.Target) == policy.Name),
                Is.EqualTo(host.Queues.Count(queue => host.Policies.Match(policy.Kind, queue)?.Name == policy.Name)
                    + host.Exchanges.Count(exchange => host.Policies.Match(policy.Kind, exchange)?.Name == policy.Name)),
                what);
        }
    }

    [Test]
    public async Task A_policy_that_is_overruled_matches_and_changes_nothing()
    {
        await using var bare = new BareBroker();
        bare.Declare("q", QueueFlags.Durable);
        bare.Host.Policies.Put(Policy("strong", 5, 10));

        var preview = bare.Host.Policies.Preview(Policy("weak", 1, 20));

        Assert.That((preview.Matched, preview.Changed), Is.EqualTo((1, 0)));
        Assert.That(preview.Objects.Single().OverruledBy!.Name, Is.EqualTo("strong"));
    }

    private static Policy Policy(string name, double priority, long length) => new(
        PolicyKind.User, name, "^q$", "queues", priority,
        new FieldTable([KeyValuePair.Create("max-length", FieldValue.FromInt64(length))]));

    private static Policy RandomPolicy(Random random)
    {
        var kind = random.Next(3) == 0 ? PolicyKind.Operator : PolicyKind.User;
        string target = _targets[random.Next(_targets.Length)];
        if (kind == PolicyKind.Operator && target == "exchanges")
            target = "all";
        var definition = FieldTable.Empty;
        foreach (string key in _limits.Where(_ => random.Next(3) == 0))
            definition = definition.With(key, FieldValue.FromInt64(random.Next(1, 4) * 60_000));
        if (kind == PolicyKind.User && random.Next(3) == 0)
            definition = definition.With("alternate-exchange", FieldValue.FromString($"x{random.Next(2)}"));
        if (definition.Count == 0)
            definition = definition.With("max-length", FieldValue.FromInt64(7));
        return new Policy(
            kind, $"p{random.Next(5)}", _patterns[random.Next(_patterns.Length)], target, random.Next(-1, 3), definition);
    }

    private static string? Applied(VirtualHost host, PolicyKind kind, IBindingDestination target) => target is Exchange exchange
        ? host.Policies.Match(kind, exchange)?.Name
        : host.Policies.Match(kind, host.FindQueue(target.Name)!)?.Name;

    /// <summary>The values that really apply: for queues those of the queue itself.</summary>
    private static Dictionary<string, string> Effective(VirtualHost host) =>
        host.Queues.Select(queue => ($"queue {queue.Name}", Text(queue.Settings.Policy)))
            .Concat(host.Exchanges.Select(exchange => ($"exchange {exchange.Name}", Text(host.Policies.Effective(exchange)))))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2);

    private static string Text(EffectivePolicy policy) =>
        string.Join(
            ' ', policy.Definition.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
}
