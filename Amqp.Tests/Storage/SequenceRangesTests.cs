using Amqp.Storage.Indexes;
using Amqp.Storage.Records;

namespace Amqp.Tests.Storage;

/// <summary>A set of sequence numbers that is stored as ranges behaves like a plain set.</summary>
public sealed class SequenceRangesTests
{
    [Test]
    public void Ranges_added_in_any_order_are_the_set_of_their_numbers([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var (ranges, other) = (new SequenceRanges(), new SequenceRanges());
        var (numbers, others) = (new SortedSet<long>(), new SortedSet<long>());
        for (int round = 0; round < 60; round++)
        {
            Add(random, random.Next(3) == 0 ? (other, others) : (ranges, numbers));
            if (round % 10 == 9)
            {
                (long first, long last) = Any(random);
                ranges.AddPart(other, first, last);
                numbers.UnionWith(others.Where(number => number >= first && number <= last));
            }
            for (int look = 0; look < 20; look++)
            {
                (long first, long last) = Any(random);
                bool[] within = [.. Enumerable.Range((int)first, (int)(last - first + 1)).Select(number => numbers.Contains(number))];
                Assert.That(
                    (ranges.Contains(first), ranges.Overlaps(first, last), ranges.Covers(first, last)),
                    Is.EqualTo((numbers.Contains(first), within.Any(isIn => isIn), within.All(isIn => isIn))), $"{first} to {last}");
            }
            Assert.That(Spread(ranges), Is.EqualTo(numbers));
            Assert.That(AreApart(ranges), "adjacent ranges are merged");
        }
    }

    [TestCase(1, 5, 6, 9, 1)]
    [TestCase(1, 5, 7, 9, 2)]
    [TestCase(6, 9, 1, 5, 1)]
    [TestCase(7, 9, 1, 5, 2)]
    [TestCase(1, 9, 3, 4, 1)]
    [TestCase(3, 4, 1, 9, 1)]
    [TestCase(3, 3, 3, 3, 1)]
    public void What_touches_is_one_range_and_what_leaves_a_number_out_is_two(long from, long to, long otherFrom, long otherTo, int count)
    {
        var ranges = new SequenceRanges();
        ranges.Add(new SequenceRange(from, to));
        ranges.Add([new SequenceRange(otherFrom, otherTo)]);

        Assert.That(ranges.All.Length, Is.EqualTo(count));
    }

    private static void Add(Random random, (SequenceRanges Ranges, SortedSet<long> Numbers) target)
    {
        (long first, long last) = Any(random);
        target.Ranges.Add(new SequenceRange(first, last));
        for (long number = first; number <= last; number++)
            target.Numbers.Add(number);
    }

    private static (long First, long Last) Any(Random random)
    {
        long first = random.Next(1, 200);
        return (first, first + random.Next(6));
    }

    private static List<long> Spread(SequenceRanges ranges)
    {
        var numbers = new List<long>();
        foreach (SequenceRange range in ranges.All)
            for (long number = range.From; number <= range.To; number++)
                numbers.Add(number);
        return numbers;
    }

    private static bool AreApart(SequenceRanges ranges)
    {
        ReadOnlySpan<SequenceRange> all = ranges.All;
        for (int i = 1; i < all.Length; i++)
            if (all[i].From <= all[i - 1].To + 1)
                return false;
        return true;
    }
}
