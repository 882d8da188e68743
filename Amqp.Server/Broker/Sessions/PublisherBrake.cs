using Amqp.Server.Broker.Alarms;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Slows a publisher down: blocks it while memory or disk is short, and pauses it while the store is behind.</summary>
/// <remarks>The thread that reads the client's requests owns it; any thread may ask for <see cref="State"/>.</remarks>
/// <param name="alarms">The alarms of memory and disk.</param>
/// <param name="store">The store of the client's messages.</param>
/// <param name="held">Memory that the client makes the broker hold besides messages.</param>
/// <param name="memoryHighWatermark">Bytes above which memory is short.</param>
internal sealed class PublisherBrake(ResourceAlarms alarms, IMessageStore store, HeldMemory held, long memoryHighWatermark)
{
    /// <summary>Milliseconds for which a publisher is still said to be in flow after a pause; RabbitMQ's.</summary>
    private const long FlowMemory = 5_000;

    /// <summary>Part of the high watermark that one client may hold besides messages while memory is short: an eighth.</summary>
    private const int HeldShare = 8;

    private bool _isBlocked;
    private long _flowUntil; // in ticks of the environment

    /// <summary>True once the client has published: only publishers are paused for the store.</summary>
    public bool HasPublished { get; set; }

    /// <summary>True while memory or disk is short. The rest of a message must then wait for <see cref="WaitForAlarmsAsync"/>.</summary>
    public bool IsAlarmSet => alarms.IsSet;

    /// <summary>Bytes that the client holds besides messages, if they are too many while memory is short; else null.</summary>
    /// <remarks>Such a client must be closed, because no other client can free that memory.</remarks>
    public long? ExcessiveMemory => held.Bytes is var bytes && bytes > memoryHighWatermark / HeldShare && alarms.IsMemoryShort
        ? bytes
        : null;

    /// <summary>
    /// RabbitMQ's word for the client's state. An alarm makes it <c>blocking</c>, and <c>blocked</c> once it publishes; a client in
    /// <c>flow</c> publishes faster than the store takes its messages; any other is <c>running</c>. Any thread may ask.
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
    /// An alarm ends the pause, because a slow disk may be one that is almost full. The client's next publish then blocks it.
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
