using Amqp.Storage.Configuration;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Storage;

/// <summary>
/// Applies random operations to a store and to a simple model, and compares both. Some tests also close and open the store.
/// </summary>
/// <remarks>
/// <c>AMQP_TESTS_ROUNDS</c> sets the number of random sequences of operations, by default 60. A run with the same <c>AMQP_TESTS_SEED</c>
/// makes the same operations again.
/// </remarks>
public sealed class StoreModelTests
{
    private enum Kind
    {
        PublishPersistent,
        PublishTransient,
        PublishToBoth,
        PublishLarge,
        TakeAndSettle,
        Take,
        SettleUnsettled,
        ReturnUnsettled,
        NoteDelivered,
        Purge,
        Commit,
        PublishMany,
        SettleDown,
        Reopen,
    }

    [Test]
    public void Any_operations_leave_the_file_store_with_what_the_model_holds() => Check(StoreRun.Small, reopens: true);

    [Test]
    public void Any_operations_leave_a_store_whose_messages_leave_memory_with_what_the_model_holds() => Check(StoreRun.Deep, reopens: true);

    [Test]
    public void Any_operations_leave_a_store_that_pages_with_what_the_model_holds() => Check(StoreRun.Paged, reopens: true);

    [Test]
    public void Any_operations_leave_the_memory_store_with_what_the_model_holds() => Check(StoreRun.Small, reopens: false);

    private static void Check(StoreOptions options, bool reopens)
    {
        Kind[] kinds = [.. Enum.GetValues<Kind>().Where(kind => reopens || kind != Kind.Reopen)];
        Gen<(Kind, int)[]> operations =
            (from kind in Gen.Elements(kinds)
             from seed in Gen.Choose(0, int.MaxValue - 1)
             select (kind, seed)).ArrayOf();
        Config config = Config.QuickThrowOnFailure.WithMaxTest(TestRounds.Count(60)).WithEndSize(400);
        if (TestRounds.GivenSeed is { } given)
            config = config.WithReplay((ulong)given, 1); // the second argument is part of the seed, and FsCheck requires an odd number
        Prop.ForAll(operations.ToArbitrary(), sequence => Run(sequence, options, reopens)).Check(config);
    }

    private static void Run((Kind Kind, int Seed)[] operations, StoreOptions options, bool reopens)
    {
        using var folder = new TestFolder();
        using var session = new StoreModelSession(reopens ? folder : null, options);
        foreach ((Kind kind, int seed) in operations)
        {
            int queue = seed & 1;
            switch (kind)
            {
                case Kind.PublishPersistent:
                    session.Publish(seed, persistent: true, queue);
                    break;
                case Kind.PublishTransient:
                    session.Publish(seed, persistent: false, queue);
                    break;
                case Kind.PublishToBoth:
                    session.Publish(seed, persistent: (seed & 2) == 0, 0, 1);
                    break;
                case Kind.PublishLarge:
                    session.Publish(seed, persistent: (seed & 2) == 0, size: 3_000 + seed % 3_000, queue);
                    break;
                case Kind.TakeAndSettle:
                    session.Take(queue);
                    session.SettleLast(queue);
                    break;
                case Kind.Take:
                    session.Take(queue);
                    break;
                case Kind.SettleUnsettled:
                    session.SettleSome(queue, seed);
                    break;
                case Kind.ReturnUnsettled:
                    session.ReturnSome(queue, seed);
                    break;
                case Kind.NoteDelivered:
                    session.NoteDelivered(queue);
                    break;
                case Kind.Purge:
                    session.Purge(queue);
                    break;
                case Kind.Commit:
                    session.Commit();
                    break;
                case Kind.PublishMany:
                    for (int i = 0; i < 40; i++)
                        session.Publish(
                            seed + i, persistent: i % 7 != seed % 8, size: 100 + (seed + i) % 300, i % 3 == 0 ? [0, 1] : [queue]);
                    break;
                case Kind.SettleDown:
                    session.SettleDown();
                    session.Recount();
                    break;
                case Kind.Reopen:
                    session.Reopen();
                    session.Recount();
                    break;
            }
        }
        session.Recount();
        session.Reopen();
        session.Recount();
        session.DrainAndCompare();
    }
}
