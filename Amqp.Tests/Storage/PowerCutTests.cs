using System.Globalization;
using Amqp.Storage;
using Amqp.Tests.Support;

namespace Amqp.Tests.Storage;

/// <summary>
/// Random work on a store that loses its power at random moments, in starts too: what was reported as durable is there, whole and in
/// order, and what was settled by then stays away.
/// </summary>
/// <remarks><c>AMQP_TESTS_SEED</c> does the same work again, as far as three threads can, and <c>AMQP_TESTS_ROUNDS</c> more of it.</remarks>
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
            using var session = new PowerCutSession(AnyOptions(random));
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
            Assert.That(work, Is.SupersetOf(new[] { "rename .idx", "rename .acks", "delete .log" }), "the log was indexed, folded and deleted");
    }

    private static StoreOptions AnyOptions(Random random) => new()
    {
        BlockSize = 4 << 10,
        SegmentSize = random.Next(1, 5) * (4 << 10),
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
            // What was under way has no answer.
        }
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
        1 => new string((char)('a' + random.Next(26)), 100_000), // some of these and the catalog is rewritten
        _ => random.Next(1_000).ToString(CultureInfo.InvariantCulture),
    };
}
