using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>Says when messages hold so much memory that publishers must wait, and when they may go on.</summary>
/// <remarks>
/// Looked at by a timer, not per message. <see cref="IsSet"/> is read by any thread; the rest belongs to the timer.
/// </remarks>
internal sealed class MemoryAlarm : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly IMessageStore _store;
    private readonly long _highWatermark;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private TaskCompletionSource? _cleared;

    public MemoryAlarm(IMessageStore store, long highWatermark, ILogger logger, TimeProvider clock)
    {
        (_store, _highWatermark, _logger) = (store, highWatermark, logger);
        _timer = clock.CreateTimer(_ => Check(), null, _interval, _interval);
    }

    /// <summary>True while publishers must wait.</summary>
    public bool IsSet => Volatile.Read(ref _cleared) is not null;

    /// <summary>Completes when publishers may go on.</summary>
    public Task WaitUntilClearedAsync() => Volatile.Read(ref _cleared)?.Task ?? Task.CompletedTask;

    public void Dispose()
    {
        _timer.Dispose();
        Interlocked.Exchange(ref _cleared, null)?.TrySetResult();
    }

    private void Check()
    {
        long inUse = _store.MemoryInUse;
        if (_cleared is null && inUse > _highWatermark)
        {
            _logger.MemoryAlarmSet(inUse, _highWatermark);
            Volatile.Write(ref _cleared, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        else if (_cleared is { } cleared && inUse <= _highWatermark)
        {
            _logger.MemoryAlarmCleared(inUse);
            Volatile.Write(ref _cleared, null);
            cleared.TrySetResult();
        }
    }
}
