using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Broker.Alarms;

/// <summary>
/// The memory alarm and the disk alarm, which block publishers as in RabbitMQ, and in a cluster the alarm of too few nodes in sync.
/// </summary>
/// <remarks>A lock guards all changes. Any thread may read <see cref="Reason"/> and wait for a change.</remarks>
internal sealed class ResourceAlarms : IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The disk is checked on every tenth tick of the timer, because other processes use the disk too.</summary>
    private const int DiskCheckInterval = 10;

    private readonly Lock _gate = new();
    private readonly ResourceLimit _memory;
    private readonly DiskWatch _disk;
    private readonly ILogger _logger;
    private readonly ContainedFaults _faults;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private bool _isDisposed;
    private int _checks;
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _cleared;
    private string? _reason;
    private long _memorySince; // the times at which the alarms were set, in milliseconds since 1970-01-01 UTC
    private long _diskSince;
    private bool _isShortOfNodes;

    /// <param name="memoryInUse">The memory in use, and the limit of the memory alarm.</param>
    /// <param name="disk">The disk of the data directory, and the limit of the disk alarm.</param>
    /// <param name="logger">Logs each change of an alarm.</param>
    /// <param name="clock">Clock of the timer that runs the checks.</param>
    /// <param name="faults">Receives exceptions of a check.</param>
    public ResourceAlarms(ResourceLimit memoryInUse, DiskWatch disk, ILogger logger, TimeProvider clock, ContainedFaults faults)
    {
        (_memory, _disk, _logger, _clock, _faults) = (memoryInUse, disk, logger, clock, faults);
        _timer = clock.CreateTimer(_ => Check(), null, _interval, _interval);
    }

    /// <summary>
    /// Raised when an alarm is set or cleared. Arguments: <c>memory</c>, <c>disk</c> or <c>nodes</c>, and true if the alarm is set.
    /// </summary>
    /// <remarks>Handlers run under a lock and must not wait.</remarks>
    public event Action<string, bool>? Changed;

    /// <summary>Returns true while too few nodes of a cluster are in sync, so that nothing is confirmed.</summary>
    public Func<bool> LacksNodes { get; init; } = static () => false;

    /// <summary>True while at least one alarm is set. Publishers are then blocked.</summary>
    public bool IsSet => Reason is not null;

    /// <summary>True while the memory alarm is set.</summary>
    public bool IsMemoryShort => _memory.IsShort;

    /// <summary>True while the disk alarm is set, because the disk is full or has too little free space.</summary>
    public bool IsDiskShort => _disk.IsShort;

    /// <summary>True while the alarm of too few nodes in sync is set.</summary>
    public bool IsShortOfNodes => Volatile.Read(ref _isShortOfNodes);

    /// <summary>
    /// Times at which the memory alarm and the disk alarm were set, in milliseconds since 1970-01-01 UTC; null for an alarm that is off.
    /// </summary>
    public (long? Memory, long? Disk) Since =>
        (IsMemoryShort ? Volatile.Read(ref _memorySince) : null, IsDiskShort ? Volatile.Read(ref _diskSince) : null);

    /// <summary>Reason for connection.blocked in RabbitMQ's words, such as <c>low on memory</c>. Null while no alarm is set.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Bytes above which the memory alarm is set.</summary>
    public long MemoryLimit => _memory.Limit;

    /// <summary>Free bytes below which the disk alarm is set.</summary>
    public long DiskLimit => _disk.Limit;

    /// <summary>Changes the memory limit, and checks the memory at once.</summary>
    public void SetMemoryLimit(long bytes)
    {
        _memory.Limit = bytes;
        Check();
    }

    /// <summary>Changes the disk limit, and checks the disk at once.</summary>
    public void SetDiskLimit(long bytes)
    {
        lock (_gate)
        {
            _disk.Limit = bytes;
            _checks = 0; // makes this check include the disk
            if (!_isDisposed)
                CheckUnderGate();
        }
    }

    /// <summary>Returns a task that completes when an alarm is set. If an alarm is set already, the task is complete.</summary>
    public Task WaitUntilSetAsync() => Volatile.Read(ref _set).Task;

    /// <summary>Returns a task that completes when no alarm is set. If no alarm is set now, the task is complete.</summary>
    public Task WaitUntilClearedAsync() => Volatile.Read(ref _cleared)?.Task ?? Task.CompletedTask;

    /// <summary>
    /// Checks the memory. Checks the disk on every tenth call, and whenever a check of the disk is due. Called by the timer.
    /// </summary>
    public void Check()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                CheckUnderGate();
        }
    }

    /// <summary>Checks memory and disk if <see cref="DiskWatch.IsDue"/> is true. Otherwise returns at once.</summary>
    public void CheckIfDue()
    {
        if (_disk.IsDue)
            Check();
    }

    /// <summary>
    /// Does the same as <see cref="CheckIfDue"/>, but on the thread pool. Called by the store's thread, which must not wait for a lock.
    /// </summary>
    public void CheckSoonIfDue()
    {
        if (_disk.IsDue)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _faults.Contain(Compartment.Broker, "a check of memory and disk", Check);

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposed = true; // a timer callback that is still running then returns at once
            Publish(null);
        }
    }

    private void CheckUnderGate()
    {
        var (wasMemoryShort, wasDiskShort) = (_memory.IsShort, _disk.IsShort);
        _memory.Update(value => value > _memory.Limit, _logger.MemoryAlarmSet, _logger.MemoryAlarmCleared);
        if (_checks++ % DiskCheckInterval == 0 || _disk.IsDue)
            _disk.Check(_logger);
        if (_memory.IsShort != wasMemoryShort)
            Note("memory", _memory.IsShort, ref _memorySince);
        if (_disk.IsShort != wasDiskShort)
            Note("disk", _disk.IsShort, ref _diskSince);
        CheckNodes();
        string? resources = (_memory.IsShort, _disk.IsShort) switch
        {
            (true, true) => "low on memory & disk",
            (true, false) => "low on memory",
            (false, true) => "low on disk",
            _ => null,
        };
        string? nodes = _isShortOfNodes ? "too few nodes in sync" : null;
        Publish(resources is null || nodes is null ? resources ?? nodes : $"{resources}, {nodes}");
    }

    private void CheckNodes()
    {
        bool isShort = LacksNodes();
        if (isShort == _isShortOfNodes)
            return;
        Volatile.Write(ref _isShortOfNodes, isShort);
        if (isShort)
            _logger.NodesAlarmSet();
        else
            _logger.NodesAlarmCleared();
        Changed?.Invoke("nodes", isShort);
    }

    private void Note(string alarm, bool isSet, ref long since)
    {
        if (isSet)
            Volatile.Write(ref since, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        Changed?.Invoke(alarm, isSet);
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
