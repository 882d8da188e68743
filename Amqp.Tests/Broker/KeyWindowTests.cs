using Amqp.Server.Broker.Deduplication;

namespace Amqp.Tests.Broker;

/// <summary>A window of keys behaves like a plain list of its keys in the order in which they were added.</summary>
public sealed class KeyWindowTests
{
    [Test]
    public void Keys_added_and_removed_in_any_order_are_those_of_a_list([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var window = new KeyWindow<int>();
        var list = new List<(UInt128 Key, long Due, int Value)>();
        for (int step = 0; step < 3_000; step++)
        {
            var key = (UInt128)random.Next(60);
            int at = list.FindIndex(one => one.Key == key);
            Assert.That((window.TryFind(key, out long due), due), Is.EqualTo((at >= 0, at < 0 ? 0 : list[at].Due)));
            switch (random.Next(10))
            {
                case 0 when list.Count > 0:
                    Assert.That((window.TryRemoveOldest(out int oldest), oldest), Is.EqualTo((true, list[0].Value)));
                    list.RemoveAt(0);
                    break;
                case < 4:
                    Assert.That((window.Remove(key, out int removed), removed), Is.EqualTo((at >= 0, at < 0 ? 0 : list[at].Value)));
                    list.RemoveAll(one => one.Key == key);
                    break;
                case 4 when at >= 0:
                    window.ValueOf(key) = step;
                    list[at] = list[at] with { Value = step };
                    break;
                case 5 when random.Next(100) == 0:
                    window.Clear();
                    list.Clear();
                    break;
                default:
                    if (at >= 0)
                        break;
                    list.Add((key, random.Next(), step));
                    window.Add(key, list[^1].Due, step);
                    break;
            }
            Assert.That(window.Count, Is.EqualTo(list.Count));
            if (list.Count > 0)
                Assert.That(window.OldestDue, Is.EqualTo(list[0].Due));
        }
        Assert.That(window.All, Is.EqualTo(list.Select(one => (one.Key, one.Value))));
    }

    [Test]
    public void A_known_key_is_not_added_twice()
    {
        var window = new KeyWindow<int>();
        window.Add(1, 0, 1);

        Assert.That(() => window.Add(1, 0, 2), Throws.ArgumentException);

        window.Add(2, 0, 2);
        Assert.That(window.All, Is.EqualTo(new[] { ((UInt128)1, 1), ((UInt128)2, 2) }));
    }

    [Test]
    public void A_full_window_that_goes_on_allocates_nothing()
    {
        var window = new KeyWindow<long>();
        for (int i = 0; i < 1_000; i++)
            window.Add((UInt128)i, 0, i);
        GoOn(window, 1_000, 2_000); // lets the runtime compile the methods

        long before = GC.GetAllocatedBytesForCurrentThread();
        GoOn(window, 2_000, 100_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(allocated, Is.Zero);
    }

    private static void GoOn(KeyWindow<long> window, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            window.TryRemoveOldest(out _);
            window.Add((UInt128)i, 0, i);
        }
    }
}
