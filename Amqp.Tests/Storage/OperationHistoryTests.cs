using Amqp.Storage.Replication;

namespace Amqp.Tests.Storage;

/// <summary>Where a follower goes on with a leader.</summary>
public sealed class OperationHistoryTests
{
    private static readonly ReplicationOptions _options = new() { RingSize = 1 << 20 };

    [Test]
    public void The_position_behind_each_operation_is_found_until_the_next_one_is_overwritten()
    {
        var history = new OperationHistory(1 << 20);
        var random = new Random(5);
        var ends = new List<long> { 0 };
        for (ulong number = 1; number <= 3_000; number++)
        {
            history.Append(new ReplicaPosition(1, number), Frame(number, random.Next(3_000)), default);
            ends.Add(history.Ring.End);
        }

        int first = ends.FindIndex(end => end >= history.Ring.Start);
        Assert.That(first, Is.GreaterThan(100));
        // Up to one distance between two marks at the start of the ring may not be found.
        for (int number = first + 100; number < ends.Count; number++)
            Assert.That(history.PositionAfter((ulong)number), Is.EqualTo(ends[number]), $"operation {number}");
        Assert.That(history.PositionAfter((ulong)first - 1), Is.Null);
        Assert.That(history.PositionAfter(3_001), Is.Null);
    }

    [Test]
    public void Operations_before_a_copy_are_not_known()
    {
        var history = new OperationHistory(1 << 20);
        history.StartAfter(new ReplicaPosition(3, 100));
        history.Append(new ReplicaPosition(3, 101), Frame(101, 10), default);

        Assert.That(history.PositionAfter(99), Is.Null);
        Assert.That(history.PositionAfter(100), Is.Zero);
        Assert.That(history.PositionAfter(101), Is.EqualTo(history.Ring.End));
    }

    /// <summary>The last operation of epoch 4 that the new leader has is number 20.</summary>
    [TestCase(4ul, 20ul, true)]
    [TestCase(4ul, 15ul, true)]
    [TestCase(4ul, 21ul, false, Description = "it has an operation that the leader lacks")]
    [TestCase(5ul, 22ul, true, Description = "of this leader")]
    [TestCase(3ul, 15ul, false, Description = "of an earlier epoch, whose end is not known")]
    [TestCase(4ul, 0ul, false, Description = "restarted")]
    public void A_follower_goes_on_if_the_leader_has_its_last_operation(ulong epoch, ulong number, bool goesOn)
    {
        var history = new OperationHistory(1 << 20);
        for (ulong i = 1; i <= 20; i++)
            history.Append(new ReplicaPosition(4, i), Frame(i, 50), default);
        var log = new ReplicationLog(5, _options, new InSyncSet(_options, _ => { }, []), history);
        for (int i = 0; i < 3; i++)
            lock (log.Gate)
                log.Append(FileOperationKind.Write, "file"u8, 0, "bytes"u8);

        Assert.That(log.Last, Is.EqualTo(23));
        Assert.That(log.PositionAfter(new ReplicaPosition(epoch, number)), goesOn ? Is.Not.Null : Is.Null);
    }

    private static byte[] Frame(ulong number, int bytes)
    {
        var operation = new FileOperation { Number = number, Epoch = 1, Kind = FileOperationKind.Write, Bytes = new byte[bytes] };
        byte[] frame = new byte[OperationFrame.SizeOf(operation)];
        OperationFrame.WriteStart(operation, frame);
        return frame;
    }
}
