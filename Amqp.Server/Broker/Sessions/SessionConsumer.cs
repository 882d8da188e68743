using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A consumer of a session: takes a queue's messages and has them sent, as far as prefetch and the output have room.</summary>
/// <remarks>The gate of the session's sink guards what changes.</remarks>
internal sealed class SessionConsumer(BrokerSession session, Queue queue, in ConsumeOptions options) : IConsumer
{
    // Of the session, one step away each: they are asked once a message.
    private readonly ISessionSink _sink = session.Sink;
    private readonly SessionDeliveries _deliveries = session.Deliveries;
    private readonly Prefetch _sessionPrefetch = session.Deliveries.Prefetch;
    private readonly SessionTrace _trace = session.Trace;

    public BrokerSession Session { get; } = session;

    public Queue Queue { get; } = queue;

    public string Tag { get; } = options.Tag;

    /// <summary>The tag in UTF-8, for who writes it with each delivery.</summary>
    public byte[] EncodedTag { get; } = Encoding.UTF8.GetBytes(options.Tag);

    public bool NoAck { get; } = options.NoAck;

    public int Priority { get; } = options.Priority;

    /// <summary>Deliveries that may be with the client at once; 0: no limit.</summary>
    public int Prefetch { get; } = options.Prefetch;

    /// <summary>The arguments that it was asked for with.</summary>
    public FieldTable Arguments { get; } = options.Arguments;

    /// <summary>Its place at the queue; set once, when it has one.</summary>
    public Subscription? Subscription { get; set; }

    /// <summary>Deliveries that are with the client.</summary>
    public int Unacknowledged { get; set; }

    /// <summary>The tag of its last delivery that needs an acknowledgement.</summary>
    public ulong LastDelivery { get; set; }

    /// <summary>It waits for room in the prefetch of its session.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>The output had no room and has not had any since. The sink's.</summary>
    public bool IsRefused { get; set; }

    /// <inheritdoc/>
    public bool Deliver(Queue queue, int most, DispatchRound round)
    {
        round.Touch(_sink.Output);
        lock (_sink.Gate)
        {
            bool hasRoom = HasRoom();
            int before = most;
            while (hasRoom && most > 0 && queue.Deliveries.TryTake(out var message, out var payload))
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
                return; // cancelled at the same time
            _sink.TryCancel(this);
        }
        Session.Client.Services.Events.ConsumerDeleted(this);
        round.Touch(_sink.Output);
    }

    /// <summary>The output has room again. Takes the gate.</summary>
    public void Resume(DispatchRound round)
    {
        lock (_sink.Gate)
            IsRefused = false;
        Queue.Use.Resume(Subscription!);
        round.Touch(Queue);
    }

    private bool HasRoom() =>
        (NoAck || Prefetch == 0 || Unacknowledged < Prefetch) && _sessionPrefetch.HasRoom(this) && !_sink.Refuses(this);

    /// <summary>Sends a message that was taken.</summary>
    /// <returns>False when that failed: then the message is put aside, or where the output is to blame, back into its queue.</returns>
    private bool TrySend(Queue from, in StoredMessage message, ReadOnlySpan<byte> payload, DispatchRound round)
    {
        ulong deliveryTag = 0;
        EncodedMessage content;
        ReadOnlySpan<byte> properties;
        try
        {
            content = EncodedMessage.Read(payload);
            properties = content.Properties;
            if (from.Settings.CountsDeliveries && MessageNote.Requeues(message) is var requeues and > 0)
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
            _trace.NoteDelivery("deliver", content, properties, from, deliveryTag, message.IsRedelivered, round);
        return true;
    }
}
