using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A consumer of a session. Sends messages until the prefetch limit is reached or the client's output is full.</summary>
/// <remarks>The lock <see cref="ISessionSink.Gate"/> guards all mutable state.</remarks>
internal sealed class SessionConsumer(BrokerSession session, Queue queue, in ConsumeOptions options) : IConsumer
{
    // With a smaller prefetch limit, a consumer often waits for acknowledgements.
    private const int SmallPrefetch = 8;

    // Copies of the session's fields, because they are read for each message.
    private readonly ISessionSink _sink = session.Sink;
    private readonly SessionDeliveries _deliveries = session.Deliveries;
    private readonly Prefetch _sessionPrefetch = session.Deliveries.Prefetch;
    private readonly SessionTrace _trace = session.Trace;

    public BrokerSession Session { get; } = session;

    public Queue Queue { get; } = queue;

    public string Tag { get; } = options.Tag;

    /// <summary>The consumer tag in UTF-8, as deliveries contain it.</summary>
    public byte[] EncodedTag { get; } = Encoding.UTF8.GetBytes(options.Tag);

    public bool NoAck { get; } = options.NoAck;

    public int Priority { get; } = options.Priority;

    /// <summary>Maximum number of unacknowledged deliveries; 0: no limit.</summary>
    public int Prefetch { get; } = options.Prefetch;

    public FieldTable Arguments { get; } = options.Arguments;

    /// <summary>The subscription; null until the queue has accepted the consumer.</summary>
    public Subscription? Subscription { get; set; }

    /// <summary>Number of unacknowledged deliveries. Any thread may read it.</summary>
    public int Unacknowledged { get; set; }

    /// <summary>True while at least half of the prefetch limit is unused. The caller holds the lock.</summary>
    public bool HasPrefetchToSpare =>
        NoAck || (!_sessionPrefetch.IsUsed && (Prefetch == 0 || (Prefetch >= SmallPrefetch && 2 * Unacknowledged <= Prefetch)));

    /// <summary>Tag of the consumer's latest delivery that needs an acknowledgement.</summary>
    public ulong LastDelivery { get; set; }

    /// <summary>
    /// Time of the delivery before which the consumer had no unacknowledged deliveries, in milliseconds of the session's clock.
    /// </summary>
    public long HeldSince { get; set; }

    /// <summary>Time when a delivery was last settled, in milliseconds of the session's clock; 0 if none was.</summary>
    public long SettledAt { get; set; }

    /// <summary>
    /// Number of unacknowledged deliveries, and the time since which none of them was settled, in milliseconds of the session's clock.
    /// Takes the lock.
    /// </summary>
    public (int Unacknowledged, long Since) Holding
    {
        get
        {
            lock (_sink.Gate)
                return (Unacknowledged, Math.Max(HeldSince, SettledAt));
        }
    }

    /// <summary>True while the consumer waits for room in the session's prefetch limit.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>True while the consumer waits for room in the client's output. The session's sink sets this property.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Reason why the consumer cannot take messages at this moment. Takes the lock.</summary>
    public ConsumerHold Hold
    {
        get
        {
            lock (_sink.Gate)
            {
                if (IsRefused)
                    return ConsumerHold.Output;
                if (!HasOwnRoom)
                    return ConsumerHold.Prefetch;
                return _sessionPrefetch.IsReached ? ConsumerHold.SessionPrefetch : ConsumerHold.None;
            }
        }
    }

    private bool HasOwnRoom => NoAck || Prefetch == 0 || Unacknowledged < Prefetch;

    /// <inheritdoc/>
    public bool Deliver(Queue queue, int most, DispatchRound round)
    {
        round.Touch(_sink.Output);
        lock (_sink.Gate)
        {
            var deliveries = queue.Deliveries;
            bool hasRoom = HasRoom();
            int before = most;
            while (hasRoom && most > 0 && deliveries.TryTake(out var message, out var payload))
            {
                using (payload)
                {
                    if (TrySend(queue, message, payload.Payload, round))
                    {
                        round.NoteDelivered(message);
                        most--;
                    }
                }
                hasRoom = HasRoom();
            }
            if (NoAck)
                Session.Counts.Deliveries.DeliverNoAck += before - most;
            else
                Session.Counts.Deliveries.Deliver += before - most;
            if (!HasPrefetchToSpare)
                _sink.AwaitAcknowledgements();
            if (_sink.IsFlushDue)
                round.NoteDue(_sink.Output);
            return hasRoom;
        }
    }

    /// <inheritdoc/>
    public void OnQueueDeleted(DispatchRound round)
    {
        lock (_sink.Gate)
        {
            if (!Session.Consumers.Forget(this))
                return; // another thread has cancelled the consumer
            _sink.TryCancel(this);
        }
        Session.Client.Services.Events.ConsumerDeleted(this);
        round.Touch(_sink.Output);
    }

    /// <summary>Resumes the consumer when the client's output has room again. Takes the lock <see cref="ISessionSink.Gate"/>.</summary>
    public void Resume(DispatchRound round)
    {
        lock (_sink.Gate)
            IsRefused = false;
        Queue.Use.Resume(Subscription!);
        round.Touch(Queue);
    }

    private bool HasRoom() =>
        HasOwnRoom && _sessionPrefetch.HasRoom(this) && !_sink.Refuses(this);

    /// <summary>Sends a message that was taken from the queue.</summary>
    /// <returns>
    /// False after an exception. If the output failed, the message returns to its queue. Otherwise the message is quarantined.
    /// </returns>
    private bool TrySend(Queue from, in StoredMessage message, ReadOnlySpan<byte> payload, DispatchRound round)
    {
        ulong deliveryTag = 0;
        EncodedMessage content;
        ReadOnlySpan<byte> properties;
        try
        {
            content = EncodedMessage.Read(payload);
            properties = content.Properties;
            if (MessageNote.Requeues(message) is var requeues and > 0 && from.Settings.CountsDeliveries)
                properties = DeliveryCount.AddTo(properties, requeues);
            deliveryTag = NoAck ? _deliveries.NextTag() : _deliveries.Track(message, from, this);
            _sink.Deliver(this, deliveryTag, message.IsRedelivered, content, properties);
        }
        catch (Exception error) when (deliveryTag == 0)
        {
            from.Faults.SetAside(message, error);
            return false;
        }
        catch (Exception error)
        {
            _deliveries.Untrack(deliveryTag);
            from.Messages.PutBack(message);
            _sink.Fail(error);
            return false;
        }
        if (message.IsRedelivered)
            Session.Counts.Deliveries.Redeliver++;
        if (_trace.IsOn)
            _trace.NoteDelivery(content, properties, from, message, deliveryTag, this, NoAck, round);
        return true;
    }
}
