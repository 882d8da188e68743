using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Snapshots;
using Amqp.Tests.Support;

namespace Amqp.Tests.Snapshots;

/// <summary>Snapshots are taken only for readers, and all readers of a second share one. The tests set the clock.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SharedSnapshotTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly SharedSnapshot _queues;

    public SharedSnapshotTests() => _queues = new(new QueueMaker(_broker.Broker.VirtualHosts, _broker.Broker.Sampler), _broker.Clock);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void Readers_of_one_second_share_a_snapshot_and_without_readers_there_is_none()
    {
        for (int i = 0; i < 100; i++)
            _queues.Read().Dispose();
        Assert.That(_queues.Taken, Is.EqualTo(1));

        _broker.Clock.Advance(60_000);
        Assert.That(_queues.Taken, Is.EqualTo(1), "nobody has read");

        _queues.Read().Dispose();
        _queues.Read().Dispose();
        Assert.That(_queues.Taken, Is.EqualTo(2));
    }

    [Test]
    public void Snapshots_are_taken_ahead_of_readers_who_come_each_second_until_they_stay_away()
    {
        _queues.Read().Dispose();
        _broker.Clock.Advance(1_000);
        Assert.That(_queues.Taken, Is.EqualTo(1), "nobody has read twice");
        _queues.Read().Dispose();
        for (int second = 3; second <= 5; second++)
        {
            _broker.Clock.Advance(1_000);
            Assert.That(_queues.Taken, Is.EqualTo(second), "taken before the reader comes");
            _queues.Read().Dispose();
            Assert.That(_queues.Taken, Is.EqualTo(second));
        }

        _broker.Clock.Advance(60_000);
        Assert.That(_queues.Taken, Is.InRange(5, 6), "nobody has read");
        Assert.That(_queues.IsHeld, Is.False);
    }

    [Test]
    public void The_memory_is_freed_some_time_after_the_last_reader()
    {
        _queues.Read().Dispose();
        _broker.Clock.Advance(14_000);
        _queues.Read().Dispose();
        _broker.Clock.Advance(14_000);
        Assert.That(_queues.IsHeld, "somebody has read in the meantime");

        _broker.Clock.Advance(30_000);
        Assert.That(_queues.IsHeld, Is.False);

        using var lease = _queues.Read();
        Assert.That(lease.Table.Count, Is.Zero);
    }

    [Test]
    public void A_snapshot_in_use_does_not_change_when_the_next_ones_are_taken()
    {
        var queue = _broker.Declare("q");
        using var first = _queues.Read();
        for (int i = 1; i <= 5; i++)
        {
            _broker.Publish(queue);
            _broker.Declare($"a{i}");
            _broker.Clock.Advance(1_000);
            using var next = _queues.Read();
            Assert.That(Ready(next.Table, "q"), Is.EqualTo(i));
        }

        Assert.That((first.Table.Count, Ready(first.Table, "q")), Is.EqualTo((1, 0L)));
    }

    /// <summary>After changes at random, the rows are those of the queues, in the order of their names.</summary>
    [Test]
    public void A_snapshot_has_the_queues_that_there_are()
    {
        var random = new Random(11);
        for (int round = 0; round < 60; round++)
        {
            for (int i = 0; i < 5; i++)
            {
                string name = $"q{random.Next(40)}";
                if (_broker.Host.FindQueue(name) is { } old && random.Next(2) == 0)
                    _broker.Host.Topology.DeleteQueue(old, ifUnused: false, ifEmpty: false);
                else
                    _broker.Publish(_broker.Declare(name, QueueFlags.Durable), body: 10);
            }
            if (round % 3 == 0)
                _broker.Host.Policies.Put(new(
                    Amqp.Server.Broker.Policies.PolicyKind.User, "p", $"^q{round % 10}", "queues", round,
                    Amqp.Protocol.FieldTable.Empty.With("max-length", Amqp.Protocol.FieldValue.FromInt64(1_000))));
            _broker.Clock.Advance(1_000);
            using var lease = _queues.Read();
            var table = (QueueTable)lease.Table;

            var expected = _broker.Host.Queues.OrderBy(queue => queue.Name, StringComparer.Ordinal).Select(queue => (
                queue.Name, queue.Counts.Ready, queue.Status.Bytes.Ready,
                _broker.Host.Policies.Match(Amqp.Server.Broker.Policies.PolicyKind.User, queue)?.Name));
            var actual = Enumerable.Range(0, table.Count).Select(row => (
                table.Facts.Name[row], table.Ready[row], table.Bytes[row], table.Facts.Policy[row]));
            Assert.That(actual, Is.EqualTo(expected));
        }
    }

    /// <summary>Several threads fill a long snapshot.</summary>
    [Test]
    public void A_long_snapshot_has_the_counts_of_each_queue()
    {
        var queues = Enumerable.Range(0, 9_001).Select(i => _broker.Declare($"q{i:0000}")).ToArray();
        for (int i = 0; i < queues.Length; i++)
            for (int messages = i % 3; messages > 0; messages--)
                _broker.Publish(queues[i]);

        using var lease = _queues.Read();

        var table = (QueueTable)lease.Table;
        Assert.That(
            Enumerable.Range(0, table.Count).Select(row => (table.Facts.Name[row], table.Ready[row])),
            Is.EqualTo(queues.Select((queue, i) => (queue.Name, (long)(i % 3)))));
    }

    private static long Ready(SnapshotTable table, string name)
    {
        var queues = (QueueTable)table;
        return queues.Ready[Array.IndexOf(queues.Facts.Name.Values, name)];
    }
}
