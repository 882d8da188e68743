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

    [Test]
    public void Without_a_rate_there_is_no_pace() =>
        Assert.That(new Pace(Start, 0, 1, 0).IsSet, Is.False);
}
