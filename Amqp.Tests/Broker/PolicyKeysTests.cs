using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// A policy matches the right queues. If both a policy and an operator policy have a key, the right one of the two values takes effect.
/// </summary>
public sealed class PolicyKeysTests
{
    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new BareBroker();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    [TestCase("all", "classic quorum")]
    [TestCase("queues", "classic quorum")]
    [TestCase("classic_queues", "classic")]
    [TestCase("quorum_queues", "quorum")]
    [TestCase("streams", "")]
    [TestCase("exchanges", "")]
    public void A_policy_is_for_what_it_says(string applyTo, string covered) =>
        Assert.That(Covered(applyTo, "max-length", FieldValue.FromInt64(1)), Is.EqualTo(covered));

    /// <summary>A policy does not match queues of a type that does not support one of its keys.</summary>
    [TestCase("delivery-limit", 1, "quorum")]
    [TestCase("dead-letter-strategy", "at-most-once", "quorum")]
    [TestCase("queue-leader-locator", "balanced", "quorum")]
    [TestCase("initial-cluster-size", 1, "quorum")]
    [TestCase("queue-mode", "lazy", "classic")]
    [TestCase("queue-version", 2, "classic")]
    [TestCase("queue-master-locator", "random", "classic")]
    [TestCase("ha-mode", "all", "classic")]
    [TestCase("ha-params", 1, "classic")]
    [TestCase("ha-sync-mode", "manual", "classic")]
    [TestCase("ha-promote-on-shutdown", "always", "classic")]
    [TestCase("ha-promote-on-failure", "always", "classic")]
    [TestCase("max-age", "1D", "")]
    [TestCase("stream-max-segment-size-bytes", 1, "")]
    [TestCase("message-ttl", 1, "classic quorum")]
    [TestCase("consumer-timeout", 1, "classic quorum")]
    public void A_policy_is_for_queues_that_know_its_keys(string key, object value, string covered) =>
        Assert.That(Covered("all", key, Value(value)), Is.EqualTo(covered));

    [TestCase("message-ttl", 5, 6, 5)]
    [TestCase("message-ttl", 5, 4, 4)]
    [TestCase("max-length", 5, 6, 5)]
    [TestCase("max-length", 5, 4, 4)]
    [TestCase("max-length-bytes", 5, 4, 4)]
    [TestCase("expires", 5, 4, 4)]
    [TestCase("delivery-limit", 5, 4, 4)]
    [TestCase("max-in-memory-length", 5, 6, 5)]
    [TestCase("overflow", "reject-publish", "drop-head", "drop-head")]
    [TestCase("overflow", null, "reject-publish", "reject-publish")]
    [TestCase("overflow", "reject-publish", null, "reject-publish")]
    [TestCase("queue-version", 1, 2, 2)]
    [TestCase("queue-version", 2, 1, 1)]
    [TestCase("message-ttl", null, 6, 6)]
    [TestCase("message-ttl", 5, null, 5)]
    public void Of_two_limits_the_smaller_counts_and_of_two_ways_the_operators(
        string key, object? users, object? operators, object effective)
    {
        var combined = PolicyKeys.Combine(Of(PolicyKind.User, key, users), Of(PolicyKind.Operator, key, operators));

        Assert.That($"{combined.Definition[key]}", Is.EqualTo($"{effective}"));
    }

    [TestCase("stream-filter-size-bytes", 15, false)]
    [TestCase("stream-filter-size-bytes", 16, true)]
    [TestCase("stream-filter-size-bytes", 255, true)]
    [TestCase("stream-filter-size-bytes", 256, false)]
    [TestCase("stream-max-segment-size-bytes", 0, true)]
    [TestCase("stream-max-segment-size-bytes", 3_000_000_000, true)]
    [TestCase("stream-max-segment-size-bytes", 3_000_000_001, false)]
    [TestCase("max-in-memory-bytes", -1, false)]
    [TestCase("max-in-memory-bytes", 0, true)]
    [TestCase("ha-sync-batch-size", 0, false)]
    [TestCase("ha-sync-batch-size", 1, true)]
    [TestCase("max-age", "1D", true)]
    [TestCase("max-age", "120s", true)]
    [TestCase("max-age", "D", false)]
    [TestCase("max-age", "12", false)]
    [TestCase("max-age", "1d", false)]
    [TestCase("max-age", "-1D", false)]
    public void A_value_is_in_its_range(string key, object value, bool isValid)
    {
        Assert.That(() => Of(PolicyKind.User, key, value), isValid ? Throws.Nothing : Throws.TypeOf<ValidationException>());
    }

    [TestCase("queue-leader-locator", "client-local balanced random least-leaders")]
    [TestCase("queue-master-locator", "min-masters client-local random")]
    [TestCase("dead-letter-strategy", "at-most-once at-least-once")]
    [TestCase("queue-mode", "default lazy")]
    [TestCase("overflow", "drop-head reject-publish reject-publish-dlx")]
    [TestCase("ha-mode", "all exactly nodes")]
    [TestCase("ha-sync-mode", "manual automatic")]
    [TestCase("ha-promote-on-shutdown", "always when-synced")]
    [TestCase("ha-promote-on-failure", "always when-synced")]
    public void A_word_is_one_of_those_that_RabbitMQ_knows(string key, string words)
    {
        foreach (string word in words.Split(' '))
            Assert.That(() => Of(PolicyKind.User, key, word), Throws.Nothing, word);
        foreach (object other in (object[])["other", "", words, 1])
            Assert.That(() => Of(PolicyKind.User, key, other), Throws.TypeOf<ValidationException>(), $"{other}");
    }

    [Test]
    public void An_operators_policy_has_limits_and_what_becomes_of_too_much_and_no_other_keys()
    {
        string[] keys = [.. PolicyKeys.Names.Where(name => PolicyKeys.IsKnown(PolicyKind.Operator, name))];

        Assert.That(keys, Is.EquivalentTo(new[]
        {
            "message-ttl", "expires", "max-length", "max-length-bytes", "max-in-memory-length", "max-in-memory-bytes", "delivery-limit",
            "queue-version", "overflow",
        }));
        Assert.That(PolicyKeys.Names, Has.All.Matches<string>(name => PolicyKeys.IsKnown(PolicyKind.User, name!)));
    }

    [TestCase("all", true)]
    [TestCase("exchanges", true)]
    [TestCase("queues", false)]
    [TestCase("classic_queues", false)]
    [TestCase("quorum_queues", false)]
    [TestCase("streams", false)]
    public void A_policy_is_for_exchanges_where_it_says_so(string applyTo, bool isCovered)
    {
        var policy = new Policy(
            PolicyKind.User, "p", "", applyTo, 0, FieldTable.Empty.With("alternate-exchange", FieldValue.FromString("x")));

        Assert.That(PolicyTarget.CoversExchanges(policy), Is.EqualTo(isCovered));
    }

    private string Covered(string applyTo, string key, FieldValue value)
    {
        Queue[] queues = [_broker.Declare("classic"), _broker.Declare("quorum", QueueFlags.Durable, ("x-queue-type", "quorum"))];
        var policy = new Policy(PolicyKind.User, "p", "", applyTo, 0, FieldTable.Empty.With(key, value));
        return string.Join(' ', queues.Where(queue => PolicyTarget.Covers(policy, queue.Settings.Type)).Select(queue => queue.Name));
    }

    private static Policy? Of(PolicyKind kind, string key, object? value) =>
        value is null ? null : new Policy(kind, "p", "", "all", 0, FieldTable.Empty.With(key, Value(value)));

    private static FieldValue Value(object value) =>
        value is string text ? FieldValue.FromString(text) : FieldValue.FromInt64(Convert.ToInt64(value, null));
}
