using Amqp.Server.Broker.Alarms;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Slows a publisher down: blocks it while memory or disk is short, and pauses it while the store is behind.</summary>
/// <remarks>Owned by the thread that reads the client's requests. Any thread may read <see cref="State"/>.</remarks>
/// <param name="alarms">The alarms of memory and disk.</param>
/// <param name="store">The store of the client's messages.</param>
/// <param name="held">Bytes that the client occupies outside of the message store.</param>
/// <param name="memoryHighWatermark">Bytes above which memory is short.</param>
internal sealed class PublisherBrake(ResourceAlarms alarms, IMessageStore store, HeldMemory held, long memoryHighWatermark)
{
    /// <summary>Milliseconds after a pause for which the client's state stays <c>flow</c>, as in RabbitMQ.</summary>
    private const long FlowMemory = 5_000;

    /// <summary>Divisor of the high watermark: while memory is short, one client may hold an eighth of the watermark.</summary>
    private const int HeldShare = 8;

    private bool _isBlocked;
    private long _flowUntil; // in milliseconds, by Environment.TickCount64

    /// <summary>True once the client has published. A client that only consumes is not paused for the store.</summary>
    public bool HasPublished { get; set; }

    /// <summary>
    /// True while memory or disk is short. The frames of a publish that are not read yet must then wait for
    /// <see cref="WaitForAlarmsAsync"/>.
    /// </summary>
    public bool IsAlarmSet => alarms.IsSet;

    /// <summary>Bytes that the client holds besides messages, if they are too many while memory is short; else null.</summary>
    /// <remarks>Such a client must be closed, because no other client can free that memory.</remarks>
    public long? ExcessiveMemory => held.Bytes is var bytes && bytes > memoryHighWatermark / HeldShare && alarms.IsMemoryShort
        ? bytes
        : null;

    /// <summary>
    /// RabbitMQ's word for the client's state. During an alarm the state is <c>blocking</c>, and <c>blocked</c> once the client publishes.
    /// Without an alarm the state is <c>flow</c> if the client publishes faster than the store writes its messages, else <c>running</c>.
    /// Readable from any thread.
    /// </summary>
    public string State
    {
        get
        {
            if (Volatile.Read(ref _isBlocked))
                return "blocked";
            if (alarms.IsSet)
                return "blocking";
            return Environment.TickCount64 < Volatile.Read(ref _flowUntil) ? "flow" : "running";
        }
    }

    /// <summary>Pauses a publisher while the store is behind.</summary>
    /// <remarks>
    /// An alarm ends the pause, because the store may be behind just because the disk is almost full. The client is then blocked when it
    /// publishes next.
    /// </remarks>
    public async Task WaitForStoreAsync(IPublisherInput input)
    {
        if (!HasPublished)
            return;
        alarms.CheckIfDue();
        if (!store.IsBehind)
            return;
        Volatile.Write(ref _flowUntil, long.MaxValue);
        await input.PauseAsync(Task.WhenAny(store.WaitForRoomAsync(), alarms.WaitUntilSetAsync()));
        Volatile.Write(ref _flowUntil, Environment.TickCount64 + FlowMemory);
    }

    /// <summary>Blocks the publisher until no alarm is set.</summary>
    public async Task WaitForAlarmsAsync(IPublisherInput input)
    {
        if (alarms.Reason is not { } reason)
            return;
        Volatile.Write(ref _isBlocked, true);
        input.NoteBlocked(reason);
        await input.PauseAsync(alarms.WaitUntilClearedAsync());
        Volatile.Write(ref _isBlocked, false);
        input.NoteUnblocked();
    }
}
