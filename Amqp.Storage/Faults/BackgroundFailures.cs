namespace Amqp.Storage.Faults;

/// <summary>
/// Reports failures of background work, and retries the work after a delay. The pager retries its work itself. Thread-safe.
/// </summary>
internal sealed class BackgroundFailures(TimeSpan retryDelay)
{
    private int _isRetryDue; // changed with Interlocked

    /// <inheritdoc cref="IMessageStore.BackgroundWorkFailed"/>
    public event Action<BackgroundWork, Exception>? Reported;

    /// <summary>Retries all failed work. Called on any thread. Set once, before anything can fail.</summary>
    public Action Retry { get; set; } = () => { };

    /// <summary>Returns true for an error of the disk, false for an error of this program.</summary>
    public static bool Is(Exception failure) => failure is IOException or InvalidDataException or UnauthorizedAccessException;

    public void Report(BackgroundWork work, Exception failure)
    {
        Reported?.Invoke(work, failure);
        if (work != BackgroundWork.Paging) // the pager has its own retry delay
            RetryLater();
    }

    private void RetryLater()
    {
        if (Interlocked.Exchange(ref _isRetryDue, 1) == 0)
            Task.Delay(retryDelay).ContinueWith(_ => RetryNow(), TaskScheduler.Default);
    }

    private void RetryNow()
    {
        Interlocked.Exchange(ref _isRetryDue, 0); // cleared before the retry, so that a failure during the retry schedules another retry
        Retry();
    }
}
