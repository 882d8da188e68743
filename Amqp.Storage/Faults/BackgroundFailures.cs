namespace Amqp.Storage.Faults;

/// <summary>Tells what failed in the background, and has it tried again when some time has passed. Thread-safe.</summary>
/// <remarks>A try that fails is reported again, and so followed by another: tries end when nothing is left to do.</remarks>
/// <param name="retryDelay">How long after a failure.</param>
internal sealed class BackgroundFailures(TimeSpan retryDelay)
{
    private int _isRetryDue; // changed with Interlocked

    /// <inheritdoc cref="IMessageStore.BackgroundWorkFailed"/>
    public event Action<BackgroundWork, Exception>? Reported;

    /// <summary>Has everything tried again that is left. Set once, before anything can fail; called on any thread.</summary>
    public Action Retry { get; set; } = () => { };

    /// <summary>Whether a failure is the disk's, and no error of this program.</summary>
    public static bool Is(Exception failure) => failure is IOException or InvalidDataException or UnauthorizedAccessException;

    public void Report(BackgroundWork work, Exception failure)
    {
        Reported?.Invoke(work, failure);
        if (work != BackgroundWork.Paging) // which has a time of its own
            RetryLater();
    }

    private void RetryLater()
    {
        if (Interlocked.Exchange(ref _isRetryDue, 1) == 0)
            Task.Delay(retryDelay).ContinueWith(_ => RetryNow(), TaskScheduler.Default);
    }

    private void RetryNow()
    {
        Interlocked.Exchange(ref _isRetryDue, 0); // first: what fails from now on asks again
        Retry();
    }
}
