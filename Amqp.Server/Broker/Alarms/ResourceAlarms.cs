using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Says when memory or disk is so short that publishers must wait, and when they may go on (RabbitMQ's alarms).</summary>
/// <remarks>
/// Looked at by a timer, and after every few megabytes of messages, not per message. <see cref="Reason"/> and the tasks
/// are read by any thread; everything is written under the lock, as the looks may overlap.
/// </remarks>
internal sealed class ResourceAlarms : IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    /// <summary>What others than the store do to the disk is seen every so many intervals.</summary>
    private const int DiskEvery = 10;

    private readonly Lock _gate = new();
    private readonly ResourceLimit _memory;
    private readonly DiskWatch _disk;
    private readonly ILogger _logger;
    private readonly ContainedFaults _faults;
    private readonly ITimer _timer;
    private bool _isDisposed;
    private int _checks;
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _cleared;
    private string? _reason;

    /// <param name="memoryInUse">Bytes of memory that only consumers can free; the alarm is set above the limit.</param>
    /// <param name="disk">Where the data folder is; the alarm is set while it is short of room.</param>
    /// <param name="logger">Hears of each change.</param>
    /// <param name="clock">Whose timer looks.</param>
    /// <param name="faults">Hears when a look fails.</param>
    public ResourceAlarms(ResourceLimit memoryInUse, DiskWatch disk, ILogger logger, TimeProvider clock, ContainedFaults faults)
    {
        (_memory, _disk, _logger, _faults) = (memoryInUse, disk, logger, faults);
        _timer = clock.CreateTimer(_ => Check(), null, _interval, _interval);
    }

    /// <summary>An alarm is set, or no longer: <c>memory</c> or <c>disk</c>. Raised under a lock: it must not wait.</summary>
    public event Action<string, bool>? Changed;

    /// <summary>True while publishers must wait.</summary>
    public bool IsSet => Reason is not null;

    /// <summary>True while it is memory that is short.</summary>
    public bool IsMemoryShort => _memory.IsShort;

    /// <summary>True while it is the disk that is short, or full.</summary>
    public bool IsDiskShort => _disk.IsShort;

    /// <summary>Why, in RabbitMQ's words for connection.blocked: <c>low on memory</c>, <c>low on disk</c> or both; null while all is well.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Bytes above which memory is short.</summary>
    public long MemoryLimit => _memory.Limit;

    /// <summary>Bytes below which the disk is short.</summary>
    public long DiskLimit => _disk.Limit;

    /// <summary>Changes the limit of memory, and looks at once.</summary>
    public void SetMemoryLimit(long bytes)
    {
        _memory.Limit = bytes;
        Check();
    }

    /// <summary>Changes the limit of the disk, and looks at once.</summary>
    public void SetDiskLimit(long bytes)
    {
        lock (_gate)
        {
            _disk.Limit = bytes;
            _checks = 0; // the disk's turn is now
            if (!_isDisposed)
                CheckUnderGate();
        }
    }

    /// <summary>Completes while publishers must wait, and when they have to.</summary>
    public Task WaitUntilSetAsync() => Volatile.Read(ref _set).Task;

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

    /// <summary>Looks, if it is time to: enough was published since the last look, or the disk became full. Costs next to nothing otherwise.</summary>
    public void CheckIfDue()
    {
        if (_disk.IsDue)
            Check();
    }

    /// <summary>The same, but the look is left to the thread pool: for the store's own thread.</summary>
    public void CheckSoonIfDue()
    {
        if (_disk.IsDue)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _faults.Contain(Compartment.Broker, "a look at memory and disk", Check);

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
        var (wasMemoryShort, wasDiskShort) = (_memory.IsShort, _disk.IsShort);
        _memory.Update(value => value > _memory.Limit, _logger.MemoryAlarmSet, _logger.MemoryAlarmCleared);
        if (_checks++ % DiskEvery == 0 || _disk.IsDue)
            _disk.Look(_logger);
        if (_memory.IsShort != wasMemoryShort)
            Changed?.Invoke("memory", _memory.IsShort);
        if (_disk.IsShort != wasDiskShort)
            Changed?.Invoke("disk", _disk.IsShort);
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
        if (reason is not null)
        {
            _set.TrySetResult();
            return;
        }
        if (_set.Task.IsCompleted)
            Volatile.Write(ref _set, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Interlocked.Exchange(ref _cleared, null)?.TrySetResult();
    }
}
