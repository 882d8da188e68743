using Amqp.Schedules.Control;

namespace Amqp.Schedules;

/// <summary>The exploration of schedules finds the faults that these tests contain on purpose.</summary>
[NonParallelizable]
public sealed class ControlTests
{
    [Test]
    public void Two_locks_taken_in_two_orders_are_found_to_deadlock() =>
        Assert.That(
            () => Exploration.Explore(200, () => new TwoLocks(sameOrder: false)),
            Throws.TypeOf<AssertionException>().With.Message.Contains("deadlock"));

    [Test]
    public void Two_locks_taken_in_one_order_never_deadlock() =>
        Assert.That(() => Exploration.Explore(200, () => new TwoLocks(sameOrder: true)), Throws.Nothing);

    [Test]
    public void A_count_that_is_read_and_written_apart_is_found_to_lose_an_increment() =>
        Assert.That(
            () => Exploration.Explore(200, () => new Counting(isAtomic: false)),
            Throws.TypeOf<AssertionException>().With.Message.Contains("Expected: 2"));

    [Test]
    public void An_interlocked_count_loses_none() =>
        Assert.That(() => Exploration.Explore(200, () => new Counting(isAtomic: true)), Throws.Nothing);

    private sealed class TwoLocks(bool sameOrder) : IScenario
    {
        private readonly Lock _one = new();
        private readonly Lock _other = new();

        public IEnumerable<(string Name, Action Body)> Threads =>
            [("first", () => Take(_one, _other)), ("second", () => Take(sameOrder ? _one : _other, sameOrder ? _other : _one))];

        public void Check()
        {
        }

        public void Dispose()
        {
        }

        private static void Take(Lock outer, Lock inner)
        {
            lock (outer)
            {
                lock (inner)
                {
                }
            }
        }
    }

    private sealed class Counting(bool isAtomic) : IScenario
    {
        private int _count;

        public IEnumerable<(string Name, Action Body)> Threads => [("first", Count), ("second", Count)];

        public void Check() => Assert.That(_count, Is.EqualTo(2));

        public void Dispose()
        {
        }

        private void Count()
        {
            if (isAtomic)
                Interlocked.Increment(ref _count);
            else
                Volatile.Write(ref _count, Volatile.Read(ref _count) + 1);
        }
    }
}
