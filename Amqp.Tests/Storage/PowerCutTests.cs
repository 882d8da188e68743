using System.Globalization;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Storage;

/// <summary>
/// Random operations on a store that loses its power at random moments. Durable messages must be present and in order. Messages that were
/// settled durably must not return.
/// </summary>
/// <remarks>
/// A run with the same <c>AMQP_TESTS_SEED</c> makes the same operations, but the result may differ, because three threads take part.
/// <c>AMQP_TESTS_ROUNDS</c> sets the number of rounds.
/// </remarks>
public sealed class PowerCutTests
{
    private const int Rounds = 50;

    [Test]
    public void What_was_reported_durable_survives_power_cuts([Values] UnsyncedBytes unsynced)
    {
        int seed = TestRounds.Seed;
        int rounds = TestRounds.Count(Rounds);
        TestContext.Progress.WriteLine($"power cuts: seed {seed}, {rounds} rounds");
        var work = new HashSet<string>();
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            using var session = new PowerCutSession(AnyOptions(random), canAllocate: round % 5 != 0);
            for (int cut = random.Next(1, 5); cut > 0; cut--)
            {
                if (random.Next(2) == 0)
                    session.FailAfter(random.Next(200));
                Work(session, random, random.Next(20, 200));
                int ending = random.Next(10);
                session.Crash(random, ending < 7 ? unsynced : null, isClean: ending == 9);
                Assert.That(session.Faults, Is.Empty, $"AMQP_TESTS_SEED={seed + round}");
            }
            work.UnionWith(session.FileWork);
        }
        if (rounds >= Rounds)
            Assert.That(
                work,
                Is.SupersetOf(new[] { "rename .idx", "rename .acks", "rename .log", "delete .log" }),
                "the log was indexed, folded, compacted and deleted");
    }

    [Test]
    public void What_was_reported_durable_survives_power_cuts_among_compacted_segments([Values] UnsyncedBytes unsynced)
    {
        int seed = TestRounds.Seed;
        int rounds = TestRounds.Count(Rounds);
        TestContext.Progress.WriteLine($"power cuts while segments are compacted: seed {seed}, {rounds} rounds");
        int compacted = 0;
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            using var session = new PowerCutSession(AnyOptions(random, leastBlocks: 3), canAllocate: round % 5 != 0);
            for (int cut = random.Next(1, 4); cut > 0; cut--)
            {
                if (random.Next(2) == 0)
                    session.FailAfter(random.Next(20, 600));
                Churn(session, random, random.Next(10, 60));
                int ending = random.Next(10);
                session.Crash(random, ending < 8 ? unsynced : null, isClean: ending == 9);
                Assert.That(session.Faults, Is.Empty, $"AMQP_TESTS_SEED={seed + round}");
            }
            compacted += session.FileWork.Contains("rename .log") ? 1 : 0;
        }
        TestContext.Progress.WriteLine($"power cuts: segments were compacted in {compacted} rounds");
        if (rounds >= Rounds)
            Assert.That(compacted, Is.GreaterThan(rounds / 2), "number of rounds in which segments were compacted");
    }

    /// <summary>The leader and its follower lose their power at the same time. Then the follower is the leader.</summary>
    [Test]
    public void What_was_reported_durable_survives_power_cuts_of_leader_and_follower([Values] UnsyncedBytes unsynced)
    {
        int seed = TestRounds.Seed;
        int rounds = TestRounds.Count(Rounds);
        TestContext.Progress.WriteLine($"power cuts of a replicated store: seed {seed}, {rounds} rounds");
        int failovers = 0;
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            using var session = new PowerCutSession(AnyOptions(random, leastBlocks: 2), canAllocate: round % 5 != 0, isReplicated: true);
            for (int cut = random.Next(1, 6); cut > 0; cut--)
            {
                if (random.Next(2) == 0)
                    session.FailAfter(random.Next(20, 600));
                if (random.Next(2) == 0)
                    Work(session, random, random.Next(20, 200));
                else
                    Churn(session, random, random.Next(5, 30));
                int ending = random.Next(10);
                session.Crash(random, ending < 7 ? unsynced : null, isClean: ending == 9);
                Assert.That(session.Faults, Is.Empty, $"AMQP_TESTS_SEED={seed + round}");
            }
            failovers += session.Failovers;
        }
        TestContext.Progress.WriteLine($"power cuts: {failovers} failovers");
        if (rounds >= Rounds)
            Assert.That(failovers, Is.GreaterThan(rounds));
    }

    private static StoreOptions AnyOptions(Random random, int leastBlocks = 1) => new()
    {
        BlockSize = 4 << 10,
        SegmentSize = random.Next(leastBlocks, leastBlocks + 4) * (4 << 10),
        ResidentBytes = random.Next(3) * (4 << 10),
        MaxMessagesInMemory = random.Next(2) == 0 ? 8 : 100_000,
        SyncInterval = TimeSpan.FromMilliseconds(random.Next(1, 30)),
    };

    private static void Work(PowerCutSession session, Random random, int actions)
    {
        try
        {
            for (int i = 0; i < actions && !session.IsOver; i++)
                Act(session, random, random.Next(session.QueueCount));
        }
        catch (Exception failure) when (failure is IOException or StoreFailedException && session.IsOver)
        {
            // The operation failed because the power is off. The model allows both results: with the operation and without it.
        }
    }

    /// <summary>
    /// Publishes many messages and settles most of them. The last queue and the non-durable queue keep a few messages of each segment.
    /// </summary>
    private static void Churn(PowerCutSession session, Random random, int actions)
    {
        try
        {
            for (int i = 0; i < actions && !session.IsOver; i++)
            {
                if (random.Next(6) == 0)
                    Act(session, random, random.Next(session.QueueCount - 1));
                else
                    ComeAndGo(session, random, random.Next(session.QueueCount - 1), session.QueueCount - 1);
            }
        }
        catch (Exception failure) when (failure is IOException or StoreFailedException && session.IsOver)
        {
            // The operation failed because the power is off. The model allows both results: with the operation and without it.
        }
    }

    private static void ComeAndGo(PowerCutSession session, Random random, int queue, int slow)
    {
        for (int i = random.Next(10, 60); i > 0; i--)
        {
            switch (random.Next(40))
            {
                case < 2:
                    session.Publish(persistent: true, random.Next(200), slow);
                    break;
                case 2:
                    session.Publish(persistent: true, random.Next(200), queue, slow);
                    break;
                case 3:
                    session.PublishPassing(random.Next(200), queue);
                    break;
                case 4:
                    session.PublishPassing(random.Next(200), queue, slow);
                    break;
                default:
                    session.Publish(persistent: true, random.Next(600), queue);
                    break;
            }
            session.Take(queue);
            if (i % 8 == 0)
                session.Settle(queue, () => random.Next(50) != 0);
        }
        session.Settle(queue, () => random.Next(50) != 0);
        if (random.Next(8) == 0)
            session.NoteDelivered(slow);
        if (random.Next(12) == 0)
            Consume(session, random, slow, random.Next(1, 20));
        for (int i = random.Next(3); i > 0; i--)
            session.ConsumePassing();
        if (random.Next(2) == 0)
            session.Commit();
        if (random.Next(3) == 0)
            session.WaitForHousekeeping();
    }

    private static void Act(PowerCutSession session, Random random, int queue)
    {
        switch (random.Next(30))
        {
            case < 6:
                for (int i = random.Next(1, 30); i > 0; i--)
                    session.Publish(persistent: random.Next(8) != 0, random.Next(400), queue);
                break;
            case < 9:
                session.Publish(persistent: true, random.Next(600), [.. Enumerable.Range(0, session.QueueCount)]);
                break;
            case 9:
                session.Publish(persistent: true, 3_000 + random.Next(9_000), queue);
                break;
            case < 15:
                Consume(session, random, queue, random.Next(1, 40));
                break;
            case < 17:
                session.Take(queue);
                break;
            case < 19:
                session.Settle(queue, () => random.Next(2) == 0);
                break;
            case 19:
                session.Return(queue, () => random.Next(2) == 0);
                break;
            case < 22:
                session.NoteDelivered(queue);
                break;
            case 22:
                session.Purge(queue);
                break;
            case 23:
                if (random.Next(3) == 0)
                    session.Replace(queue);
                break;
            case < 26:
                session.Change(string.Create(CultureInfo.InvariantCulture, $"key {random.Next(4)}"), AnyValue(random));
                break;
            case < 29:
                session.Commit();
                break;
            default:
                session.Commit();
                session.WaitForHousekeeping();
                break;
        }
    }

    private static void Consume(PowerCutSession session, Random random, int queue, int messages)
    {
        for (int i = 0; i < messages; i++)
            session.Take(queue);
        if (random.Next(2) == 0)
            session.NoteDelivered(queue);
        session.Settle(queue, () => random.Next(10) != 0);
    }

    private static string? AnyValue(Random random) => random.Next(4) switch
    {
        0 => null,
        1 => new string((char)('a' + random.Next(26)), 100_000), // a value so large that the catalog is rewritten
        _ => random.Next(1_000).ToString(CultureInfo.InvariantCulture),
    };
}
