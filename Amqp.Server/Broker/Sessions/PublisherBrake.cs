using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// Blocks a publisher while memory or disk is short. Pauses a publisher while the store has too much to write, or consumers cannot keep up.
/// </summary>
/// <remarks>Only the thread that reads the client's requests uses this object. Any thread may read <see cref="State"/>.</remarks>
internal sealed class PublisherBrake(
    ResourceAlarms alarms, IMessageStore store, HeldMemory held, ProcessorLoad processors, long memoryHighWatermark)
{
    /// <summary>After a pause, the client's state stays <c>flow</c> for this many milliseconds, as in RabbitMQ.</summary>
    private const long FlowMemory = 5_000;

    /// <summary>While memory is short, one client may hold at most an eighth of the high watermark for memory.</summary>
    private const int HeldShare = 8;

    private long _blockedSince; // in milliseconds of Environment.TickCount64; 0 while the client is not blocked
    private long _flowUntil; // time at which the state "flow" ends, in milliseconds of Environment.TickCount64

    /// <summary>True once the client has published. A client that has not published is never paused for the store.</summary>
    public bool HasPublished { get; set; }

    /// <summary>True while memory or disk is short. The caller must then await <see cref="WaitForAlarmsAsync"/>.</summary>
    public bool IsAlarmSet => alarms.IsSet;

    /// <summary>
    /// Bytes of memory that the client holds, if the caller must close the client's connection because memory is short; otherwise null.
    /// </summary>
    /// <remarks>Messages in the store do not count.</remarks>
    public long? ExcessiveMemory => held.Bytes is var bytes && bytes > memoryHighWatermark / HeldShare && alarms.IsMemoryShort
        ? bytes
        : null;

    /// <summary>
    /// Time since which an alarm blocks the client, in milliseconds of <see cref="Environment.TickCount64"/>; null if none does. Readable
    /// by any thread.
    /// </summary>
    public long? BlockedSince => Volatile.Read(ref _blockedSince) is var since and not 0 ? since : null;

    /// <summary>
    /// The client's state in RabbitMQ's words: <c>running</c>, <c>flow</c>, <c>blocking</c> or <c>blocked</c>. Readable by any thread.
    /// </summary>
    public string State
    {
        get
        {
            if (BlockedSince is not null)
                return "blocked";
            if (alarms.IsSet)
                return "blocking";
            return Environment.TickCount64 < Volatile.Read(ref _flowUntil) ? "flow" : "running";
        }
    }

    /// <summary>Pauses a publisher until the store has written enough, or until an alarm is set.</summary>
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

    /// <summary>
    /// Pauses a publisher until the consumers of a queue have caught up, if the processors are busy. Without the pause, the publisher would
    /// take the processors' time from the consumers, and the backlog would grow as long as the publisher has messages.
    /// </summary>
    public async Task WaitForConsumersAsync(IPublisherInput input, Queue queue)
    {
        if (!processors.IsSaturated || queue.Deliveries.Flow.TryWait() is not { } drained)
            return;
        Volatile.Write(ref _flowUntil, long.MaxValue);
        await input.PauseAsync(drained);
        Volatile.Write(ref _flowUntil, Environment.TickCount64 + FlowMemory);
    }

    /// <summary>Blocks the publisher until no alarm is set.</summary>
    public async Task WaitForAlarmsAsync(IPublisherInput input)
    {
        if (alarms.Reason is not { } reason)
            return;
        Volatile.Write(ref _blockedSince, Environment.TickCount64);
        input.NoteBlocked(reason);
        await input.PauseAsync(alarms.WaitUntilClearedAsync());
        Volatile.Write(ref _blockedSince, 0);
        input.NoteUnblocked();
    }
}
