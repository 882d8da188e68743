namespace Amqp.Server.Broker.Queues;

/// <summary>Makes publishers wait for the consumers of a queue, so that its backlog does not grow while the processors are busy.</summary>
/// <remarks>The lock of the queue guards the state.</remarks>
internal sealed class QueueFlow(QueueState state)
{
    /// <summary>
    /// Number of ready messages from which publishers wait. With 1,000, publishers waited for consumers that did keep up, and a stream
    /// with an acknowledgement every 50 messages lost a fifth of its rate.
    /// </summary>
    public const int Backlog = 8_000;

    /// <summary>Bytes of ready messages from which publishers wait. Smaller messages would make them wait too often.</summary>
    public const int BacklogBytes = 8 << 20;

    // Consumers that take fewer messages during a whole wait are slow by themselves: something else than the processors limits them.
    private const int FewDeliveries = 200;

    private const long ShortestSlowTime = 100; // in milliseconds
    private const long LongestSlowTime = 60_000;

    /// <summary>Longest wait.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(50);

    private TaskCompletionSource? _drained; // null unless publishers wait
    private long _delivered; // deliveries while publishers wait
    private long _slowUntil; // until this value of Environment.TickCount64, the consumers count as slow by themselves
    private long _slowTime = ShortestSlowTime; // the time for which they will count as slow next; longer after each wait that did not help

    /// <summary>True if the queue has consumers and a backlog. The caller holds the lock.</summary>
    public bool IsOutrun => state.Messages.Count >= Backlog && state.Consumers.Count > 0 && state.Messages.Bytes >= BacklogBytes;

    /// <summary>Notes deliveries. The caller holds the lock.</summary>
    public void NoteDelivered(int messages)
    {
        if (_drained is null)
            return;
        _delivered += messages;
        if (state.Messages.Count <= Backlog / 2 || state.Messages.Bytes <= BacklogBytes / 2)
            Release();
    }

    /// <summary>Lets the waiting publishers go on. The caller holds the lock.</summary>
    public void Release()
    {
        _drained?.SetResult();
        _drained = null;
    }

    /// <summary>Returns a task that completes when half of the backlog is delivered, at the latest after 50 ms.</summary>
    /// <returns>Null if there is no need to wait.</returns>
    public Task? TryWait()
    {
        lock (state.Gate)
        {
            if (!IsOutrun || state.IsDeleted || Environment.TickCount64 < _slowUntil)
                return null;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return WaitAsync(_drained.Task, _delivered);
        }
    }

    private async Task WaitAsync(Task drained, long delivered)
    {
        await drained.WaitAsync(_longest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (drained.IsCompleted)
            return;
        lock (state.Gate)
        {
            if (_delivered - delivered >= FewDeliveries)
            {
                _slowTime = ShortestSlowTime;
                return;
            }
            _slowUntil = Environment.TickCount64 + _slowTime;
            _slowTime = Math.Min(2 * _slowTime, LongestSlowTime);
            Release();
        }
    }
}
