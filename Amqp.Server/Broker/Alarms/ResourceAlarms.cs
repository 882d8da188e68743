namespace Amqp.Server.Broker.Alarms;

/// <summary>Says when memory or disk is so short that publishers must wait, and when they may go on (RabbitMQ's alarms).</summary>
/// <remarks>
/// Looked at by a timer, not per message. <see cref="Reason"/> and the waiting task are read by any thread; everything
/// is written under the lock, as a timer's calls may overlap.
/// </remarks>
internal sealed class ResourceAlarms : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Free space changes slowly and costs a system call to ask for: every so many intervals.</summary>
    private const int DiskEvery = 10;

    private readonly Lock _gate = new();
    private readonly ResourceLimit _memory;
    private readonly ResourceLimit _disk;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private bool _isDisposed;
    private int _checks;
    private TaskCompletionSource? _cleared;
    private string? _reason;

    /// <param name="memoryInUse">Bytes of memory that only consumers can free; the alarm is set above the limit.</param>
    /// <param name="diskFree">Bytes free where the data folder is; the alarm is set below the limit.</param>
    /// <param name="logger">Hears of each change.</param>
    /// <param name="clock">Whose timer looks.</param>
    public ResourceAlarms(ResourceLimit memoryInUse, ResourceLimit diskFree, ILogger logger, TimeProvider clock)
    {
        (_memory, _disk, _logger) = (memoryInUse, diskFree, logger);
        _timer = clock.CreateTimer(_ => Check(), null, _interval, _interval);
    }

    /// <summary>True while publishers must wait.</summary>
    public bool IsSet => Reason is not null;

    /// <summary>Why, in RabbitMQ's words for connection.blocked: <c>low on memory</c>, <c>low on disk</c> or both; null while all is well.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Completes when publishers may go on.</summary>
    public Task WaitUntilClearedAsync() => Volatile.Read(ref _cleared)?.Task ?? Task.CompletedTask;

    /// <summary>Looks at the resources. Called by the timer.</summary>
    public void Check()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                CheckUnderGate();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposed = true; // a last call of the timer may still be on its way
            Publish(null);
        }
    }

    private void CheckUnderGate()
    {
        _memory.Update(value => value > _memory.Limit, _logger.MemoryAlarmSet, _logger.MemoryAlarmCleared);
        if (_checks++ % DiskEvery == 0)
            _disk.Update(value => value < _disk.Limit, _logger.DiskAlarmSet, _logger.DiskAlarmCleared);
        Publish((_memory.IsShort, _disk.IsShort) switch
        {
            (true, true) => "low on memory & disk",
            (true, false) => "low on memory",
            (false, true) => "low on disk",
            _ => null,
        });
    }

    private void Publish(string? reason)
    {
        if (reason is not null && _cleared is null)
            Volatile.Write(ref _cleared, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _reason, reason);
        if (reason is null)
            Interlocked.Exchange(ref _cleared, null)?.TrySetResult();
    }
}
