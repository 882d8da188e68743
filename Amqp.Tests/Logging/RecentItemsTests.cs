using Amqp.Server.Logging;

namespace Amqp.Tests.Logging;

/// <summary>The broker keeps the last items of a stream within limits. A reader continues where it stopped.</summary>
public sealed class RecentItemsTests
{
    private static readonly DateTimeOffset _start = DateTimeOffset.FromUnixTimeMilliseconds(7);

    [Test]
    public void The_last_items_are_kept_in_their_order()
    {
        var items = Items(most: 3, bytes: 1_000, count: 5);

        Assert.That(items.After(0, out long last).Select(item => item.Value), Is.EqualTo([3, 4, 5]));
        Assert.That((last, items.Last), Is.EqualTo((7_005, 7_005)));
    }

    [TestCase(7_005, "")]
    [TestCase(7_004, "5")]
    [TestCase(7_003, "4 5")]
    [TestCase(7_002, "3 4 5")]
    [TestCase(7_001, "3 4 5")] // the item 7_002 was removed before the reader came
    [TestCase(7_006, "3 4 5")] // of another run
    public void A_reader_continues_after_the_item_that_it_knows(long known, string expected) =>
        Assert.That(
            string.Join(' ', Items(most: 3, bytes: 1_000, count: 5).After(known, out _).Select(item => item.Value)), Is.EqualTo(expected));

    [Test]
    public void Items_are_removed_above_the_size_and_the_last_one_stays()
    {
        var items = Items(most: 100, bytes: 30, count: 5);
        Assert.That(items.After(0, out _).Select(item => item.Value), Is.EqualTo([3, 4, 5]));

        items.Add(6, 1_000);

        Assert.That(items.After(0, out _).Select(item => item.Value), Is.EqualTo([6]));
    }

    [Test]
    public void Without_a_limit_above_zero_nothing_is_kept()
    {
        var items = Items(most: 0, bytes: 1_000, count: 5);

        Assert.That((items.After(0, out long last).Count, last), Is.EqualTo((0, 7_000)));
    }

    [Test]
    public void Numbers_of_a_later_run_are_higher()
    {
        long last = Items(most: 3, bytes: 100, count: 999).Last;

        var later = new RecentItems<int>(3, 100, _start.AddMilliseconds(1));
        later.Add(1, 1);

        Assert.That(later.After(last, out _), Has.Count.EqualTo(1));
        Assert.That(later.Last, Is.GreaterThan(last));
    }

    [Test]
    public void Threads_lose_nothing()
    {
        var items = new RecentItems<int>(100_000, 100_000, _start);

        Parallel.For(0, 50_000, number => items.Add(number, 1));

        var kept = items.After(0, out _);
        Assert.That(kept.Select(item => item.Value), Is.EquivalentTo(Enumerable.Range(0, 50_000)));
        Assert.That(kept.Select(item => item.Sequence), Is.EqualTo(Enumerable.Range(7_001, 50_000)));
    }

    private static RecentItems<int> Items(int most, int bytes, int count)
    {
        var items = new RecentItems<int>(most, bytes, _start);
        for (int i = 1; i <= count; i++)
            items.Add(i, 10);
        return items;
    }
}
