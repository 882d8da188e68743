using Amqp.Server.Cluster.Coordination;
using Amqp.Storage.Replication;
using InSyncSet = Amqp.Server.Cluster.Coordination.InSyncSet;

namespace Amqp.Tests.Cluster;

/// <summary>The choice of the node that tries to lead next.</summary>
public sealed class CandidateChoiceTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(500);

    [Test]
    public void The_furthest_of_the_set_leads_once_all_have_posted()
    {
        var state = State(["a", "b", "c"], ("a", 7, 100), ("b", 7, 120), ("c", 7, 110));

        Assert.That(LeadersOf(state, TimeSpan.Zero), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void A_later_epoch_is_further_than_a_higher_number()
    {
        var state = State(["a", "b"], ("a", 6, 1_000), ("b", 7, 1));

        Assert.That(LeadersOf(state, TimeSpan.Zero), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void The_first_name_leads_of_equal_positions()
    {
        var state = State(["c", "b", "a"], ("a", 7, 5), ("b", 7, 5), ("c", 7, 5));

        Assert.That(LeadersOf(state, TimeSpan.Zero), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_candidate_waits_for_the_others_until_the_limit()
    {
        var state = State(["a", "b", "c"], ("a", 7, 100), ("b", 7, 120));

        Assert.That(LeadersOf(state, _limit - TimeSpan.FromTicks(1)), Is.Empty);
        Assert.That(LeadersOf(state, _limit), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void A_candidate_that_has_not_posted_does_not_lead()
    {
        var state = State(["a", "b"]);

        Assert.That(LeadersOf(state, _limit), Is.Empty);
    }

    [Test]
    public void A_node_outside_the_set_never_leads_and_is_not_waited_for()
    {
        var state = State(["a"], ("a", 7, 1), ("b", 8, 1_000));

        Assert.That(LeadersOf(state, TimeSpan.Zero), Is.EqualTo(new[] { "a" }));
        Assert.That(LeadersOf(State(["a"], ("b", 8, 1_000)), _limit), Is.Empty);
    }

    [Test]
    public void Without_a_set_ever_all_members_are_electors()
    {
        var state = State(null, ("a", 0, 0), ("b", 0, 42));

        Assert.That(LeadersOf(state, TimeSpan.Zero), Is.Empty, "c has not posted");
        Assert.That(LeadersOf(state, _limit), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void There_is_no_choice_while_there_is_a_leader()
    {
        var state = State(["a"], ("a", 7, 1)) with { Leader = new PartitionLeader("b", 8) };

        Assert.That(LeadersOf(state, _limit), Is.Empty);
    }

    /// <summary>Returns the nodes that would try to lead.</summary>
    private static IEnumerable<string> LeadersOf(PartitionState state, TimeSpan waited) =>
        state.Members.Keys.Where(name => CandidateChoice.ShouldLead(state, name, waited, _limit));

    private static PartitionState State(string[]? inSync, params (string Name, ulong Epoch, ulong Number)[] positions) => new(
        Leader: null,
        inSync is null ? null : new InSyncSet(inSync, 1),
        new[] { "a", "b", "c" }.ToDictionary(name => name, name => new ClusterMember(name, "", "", null, "")),
        positions.ToDictionary(posted => posted.Name, posted => new ReplicaPosition(posted.Epoch, posted.Number)),
        Revision: 1);
}
