using System.Diagnostics;
using Amqp.Storage.Commits;

namespace Amqp.Tests.Storage;

/// <summary>The event on which the committer waits.</summary>
public class ThreadEventTests
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1);

    private readonly ThreadEvent _event = new();

    [Test]
    public void A_set_event_ends_one_wait()
    {
        _event.Set();
        _event.Set();

        Assert.That(TimeToWait(_long), Is.LessThan(_long / 2));
        Assert.That(TimeToWait(TimeSpan.FromMilliseconds(50)), Is.GreaterThan(TimeSpan.FromMilliseconds(30)));
    }

    [Test]
    public async Task Each_set_wakes_the_thread_that_waits()
    {
        const int Rounds = 10_000;
        var answers = new ThreadEvent();
        int asked = 0, answered = 0;

        await Task.WhenAll(
            Task.Factory.StartNew(Answer, TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(Ask, TaskCreationOptions.LongRunning)).WaitAsync(_long);

        Assert.That(answered, Is.EqualTo(Rounds));

        void Ask()
        {
            for (int round = 1; round <= Rounds; round++)
            {
                Volatile.Write(ref asked, round);
                _event.Set();
                while (Volatile.Read(ref answered) < round)
                    answers.Wait(Timeout.InfiniteTimeSpan);
            }
        }

        void Answer()
        {
            for (int round = 1; round <= Rounds; round++)
            {
                while (Volatile.Read(ref asked) < round)
                    _event.Wait(Timeout.InfiniteTimeSpan);
                Volatile.Write(ref answered, round);
                answers.Set();
            }
        }
    }

    private TimeSpan TimeToWait(TimeSpan time)
    {
        long started = Stopwatch.GetTimestamp();
        _event.Wait(time);
        return Stopwatch.GetElapsedTime(started);
    }
}
