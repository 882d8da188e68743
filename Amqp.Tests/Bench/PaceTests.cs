using System.Diagnostics;
using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

public sealed class PaceTests
{
    private const long Start = 1_000_000;

    [Test]
    public void Messages_of_several_producers_are_due_at_even_distances()
    {
        Pace[] producers = [.. Enumerable.Range(0, 4).Select(index => new Pace(Start, 1000, 4, index))];

        long[] due = [.. Enumerable.Range(0, 40).Select(i => producers[i % 4].DueAt(i / 4))];

        long distance = Stopwatch.Frequency / 1000;
        Assert.That(due, Is.EqualTo(Enumerable.Range(0, 40).Select(i => Start + i * distance)));
    }

    [Test]
    public void As_many_are_due_as_have_a_time_that_has_come()
    {
        var pace = new Pace(Start, 1000, 1, 0);
        for (long number = 0; number < 100; number++)
            Assert.That((pace.DueBy(pace.DueAt(number) - 1), pace.DueBy(pace.DueAt(number))), Is.EqualTo((number, number + 1)));
    }

    [TestCase(1)]
    [TestCase(2_000)]
    [TestCase(20_000)]
    [TestCase(30_001)]
    [TestCase(1_000_000)]
    public void A_wait_until_the_next_is_due_ends_when_it_is_and_within_a_microsecond(int rate)
    {
        var pace = new Pace(Start, rate, 3, 1);
        for (long number = 0; number < 1000; number++)
        {
            foreach (long early in new[] { 1L, 999, 1000, 1001, 123_456_789 })
            {
                long now = pace.DueAt(number) - early;
                long wakes = now + pace.MicrosecondsUntil(number, now) * Stopwatch.Frequency / 1_000_000;
                Assert.That(wakes - pace.DueAt(number), Is.InRange(0, Stopwatch.Frequency / 1_000_000));
            }
        }
    }

    [Test]
    public void What_is_due_is_not_waited_for()
    {
        var pace = new Pace(Start, 1000, 1, 0);
        Assert.That((pace.MicrosecondsUntil(3, pace.DueAt(3)), pace.MicrosecondsUntil(3, pace.DueAt(9))), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Without_a_rate_there_is_no_pace() =>
        Assert.That(new Pace(Start, 0, 1, 0).IsSet, Is.False);
}
