namespace Amqp.Storage.Commits;

/// <summary>Takes the place of the event that waits in the kernel, because a schedule must see each wait.</summary>
internal sealed class ThreadEvent
{
    private readonly AutoResetEvent _event = new(false);

    public void Set() => _event.Set();

    public void Wait(TimeSpan time) => _event.WaitOne(time);
}
