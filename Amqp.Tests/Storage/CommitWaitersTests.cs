using Amqp.Storage.Commits;
using Amqp.Storage.Faults;

namespace Amqp.Tests.Storage;

/// <summary>A task waits until the log is durable up to a position. If the store fails first, the task fails.</summary>
public sealed class CommitWaitersTests
{
    [Test]
    public void A_position_is_reached_when_all_before_it_is_safe()
    {
        var waiters = new CommitWaiters();
        waiters.Reach(10);
        Task[] waiting = [.. new long[] { 9, 10, 11, 20, 21 }.Select(position => waiters.WaitAsync(position, CancellationToken.None))];

        Assert.That(waiting.Select(task => task.IsCompleted), Is.EqualTo([true, true, false, false, false]));
        waiters.Reach(20);
        Assert.That(waiting.Select(task => task.IsCompleted), Is.EqualTo([true, true, true, true, false]));
    }

    [Test]
    public void A_failure_is_told_to_who_waits_and_to_who_comes_later_but_not_of_what_was_safe_before()
    {
        var waiters = new CommitWaiters();
        waiters.Reach(10);
        Task before = waiters.WaitAsync(11, CancellationToken.None);

        waiters.Fail(new StoreFailedException("broken"));

        Assert.That(async () => await before, Throws.TypeOf<StoreFailedException>());
        Assert.That(async () => await waiters.WaitAsync(11, CancellationToken.None), Throws.TypeOf<StoreFailedException>());
        Assert.That(async () => await waiters.WaitAsync(10, CancellationToken.None), Throws.Nothing);
    }

    [Test]
    public void Who_gives_up_is_no_hindrance_to_the_others()
    {
        var waiters = new CommitWaiters();
        using var givesUp = new CancellationTokenSource();
        Task gone = waiters.WaitAsync(5, givesUp.Token), stays = waiters.WaitAsync(5, CancellationToken.None);
        givesUp.Cancel();

        waiters.Reach(5);

        Assert.That(async () => await gone, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await stays.WaitAsync(TimeSpan.FromSeconds(30)), Throws.Nothing);
    }
}
