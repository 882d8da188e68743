using Amqp.Server.Links;

namespace Amqp.Server.Migration;

/// <summary>The progress of one queue.</summary>
/// <remarks>
/// The task of the move changes it. The lock guards the counts and the state, which the display and the state file read at the same time.
/// <see cref="IsDone"/> may be read at any time, and <see cref="Expiring"/>, <see cref="Refused"/> and <see cref="Reason"/> after the move.
/// </remarks>
/// <param name="queue">The queue.</param>
/// <param name="earlier">Number of messages that earlier runs have moved.</param>
/// <param name="targetBefore">Number of messages at the target before the first run; null if no run has moved the queue yet.</param>
internal sealed class QueueProgress(QueueFacts queue, long earlier, long? targetBefore)
{
    private readonly Lock _lock = new();
    private long _done;
    private long _expected = queue.Ready;
    private long? _targetBefore = targetBefore;
    private RelayWindow? _window;
    private LinkEnd? _target;
    private string? _interruption;

    public QueueFacts Queue => queue;

    /// <summary>Number of messages that earlier runs have moved.</summary>
    public long Earlier => earlier;

    /// <summary>Number of messages that this run has moved.</summary>
    public long Moved
    {
        get
        {
            lock (_lock)
                return _done + (_window?.Accepted ?? 0);
        }
    }

    /// <summary>Number of messages that this run expects to move, for the display.</summary>
    public long Expected
    {
        get
        {
            long moved = Moved;
            lock (_lock)
                return Math.Max(_expected, moved);
        }
    }

    /// <summary>Number of messages at the target before the first run; null if it is not known.</summary>
    public long? TargetBefore
    {
        get
        {
            lock (_lock)
                return _targetBefore;
        }
    }

    /// <summary>True while the target asks publishers to wait.</summary>
    public bool IsBlocked
    {
        get
        {
            lock (_lock)
                return _target?.IsBlocked ?? false;
        }
    }

    /// <summary>The failure after which the move waits to connect again; null while it is connected.</summary>
    public string? Interruption
    {
        get
        {
            lock (_lock)
                return _interruption;
        }
    }

    /// <summary>True once the queue is finished, or given up.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Number of messages with a time to live of their own, which begins anew.</summary>
    public long Expiring { get; set; }

    /// <summary>Number of messages that the target refused.</summary>
    public long Refused { get; private set; }

    /// <summary>The reason why the queue is not moved completely; null if there is none.</summary>
    public string? Reason { get; private set; }

    /// <summary>Notes that an attempt is connected.</summary>
    public void Begin(RelayWindow window, LinkEnd target, long ready, long atTarget)
    {
        lock (_lock)
        {
            (_window, _target, _interruption) = (window, target, null);
            _expected = _done + ready;
            _targetBefore ??= atTarget;
        }
    }

    /// <summary>Notes that an attempt has ended. Its refused messages return to the source, and count only for the last attempt.</summary>
    public void End()
    {
        lock (_lock)
        {
            _done += _window?.Accepted ?? 0;
            Refused = _window?.Held ?? 0;
            (_window, _target) = (null, null);
        }
    }

    /// <summary>Notes that the move waits to connect again.</summary>
    public void Interrupt(string reason)
    {
        lock (_lock)
            _interruption = reason;
    }

    /// <summary>Notes why messages stay at the source. The first reason counts.</summary>
    public void GiveUp(string reason) => Reason ??= reason;

    public void Finish() => IsDone = true;
}
