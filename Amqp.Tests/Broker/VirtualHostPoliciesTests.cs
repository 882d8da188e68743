using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>When a policy that is put takes the place of the one of its name.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VirtualHostPoliciesTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_policy_that_is_there_as_it_is_stays([Values] bool isOperators)
    {
        var kind = isOperators ? PolicyKind.Operator : PolicyKind.User;
        _broker.Host.Policies.Put(Policy(kind));
        var first = _broker.Host.Policies.Find(kind, "p");

        Assert.That(_broker.Host.Policies.Put(Policy(kind)), Is.False, "it is no new one");
        Assert.That(_broker.Host.Policies.Find(kind, "p"), Is.SameAs(first));
    }

    [TestCase("a", "all", 0, 2)]
    [TestCase("q", "queues", 0, 2)]
    [TestCase("q", "all", 1, 2)]
    [TestCase("q", "all", 0, 1)]
    public void One_that_differs_in_anything_holds_at_once(string pattern, string applyTo, int priority, int length)
    {
        var queue = _broker.Declare("q");
        _broker.Host.Policies.Put(Policy(PolicyKind.User));
        Assert.That(queue.Policy.Integer("max-length"), Is.EqualTo(2));

        var other = Policy(PolicyKind.User, pattern, applyTo, priority, length);
        Assert.That(_broker.Host.Policies.Put(other), Is.False);

        Assert.That(_broker.Host.Policies.Find(PolicyKind.User, "p"), Is.SameAs(other));
        Assert.That(queue.Policy.Integer("max-length"), Is.EqualTo(pattern == "q" ? length : null));
    }

    private static Policy Policy(PolicyKind kind, string pattern = "q", string applyTo = "all", int priority = 0, int length = 2) =>
        new(kind, "p", pattern, applyTo, priority, FieldTable.Empty.With("max-length", FieldValue.FromInt64(length)));
}
