namespace Amqp.Server.Connections;

/// <summary>Pauses the read loop of a connection until a task completes or the connection ends.</summary>
/// <remarks>Only the read loop calls <see cref="WaitAsync"/>. Any thread may call <see cref="End"/>.</remarks>
/// <param name="heartbeat">Does not check the peer during a pause.</param>
/// <param name="socketClosed">Cancelled when the socket is closed.</param>
internal sealed class ConnectionPause(ConnectionHeartbeat heartbeat, CancellationToken socketClosed)
{
    /// <summary>Value of <c>_current</c> after <see cref="End"/>. No pause begins any more.</summary>
    private static readonly TaskCompletionSource _noMore = new();

    private TaskCompletionSource? _current; // the latest pause, which may have ended

    /// <summary>Waits until the task completes, the socket is closed, or <see cref="End"/> is called.</summary>
    public async Task WaitAsync(Task waiting)
    {
        var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = Volatile.Read(ref _current);
        if (ReferenceEquals(before, _noMore) || Interlocked.CompareExchange(ref _current, pause, before) != before)
            return;
        heartbeat.PauseReading();
        Task ended = Task.WhenAny(waiting, pause.Task); // a Task, because SuppressThrowing is not allowed for a Task<Task>
        await ended.WaitAsync(socketClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        heartbeat.ResumeReading();
    }

    /// <summary>Ends the current pause. Later calls of <see cref="WaitAsync"/> return at once.</summary>
    public void End() => Interlocked.Exchange(ref _current, _noMore)?.TrySetResult();
}
