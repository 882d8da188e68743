using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Channels;

/// <summary>A basic.consume: sends a queue's messages to its client as far as prefetch and the outbox have room.</summary>
/// <remarks>The lock of the connection's outbox guards the count of unacknowledged deliveries.</remarks>
internal sealed class ChannelConsumer(AmqpChannel channel, Queue queue, string tag, bool noAck, int priority, int prefetch, FieldTable arguments) : IConsumer
{
    private readonly byte[] _tag = Encoding.UTF8.GetBytes(tag);

    public AmqpChannel Channel { get; } = channel;

    public string Tag { get; } = tag;

    public Queue Queue { get; } = queue;

    public bool NoAck { get; } = noAck;

    public int Priority { get; } = priority;

    /// <summary>Deliveries that may be with the client at once; 0: no limit.</summary>
    public int Prefetch { get; } = prefetch;

    /// <summary>The arguments of basic.consume.</summary>
    public FieldTable Arguments { get; } = arguments;

    /// <summary>Where its deliveries go.</summary>
    public Outbox Outbox => Channel.Session.Outbox;

    /// <summary>Its place at the queue; set once, when it has one.</summary>
    public Subscription? Subscription { get; set; }

    /// <summary>Deliveries that are with the client. Under the gate.</summary>
    public int Unacknowledged { get; set; }

    /// <summary>The tag of its last delivery that needs an acknowledgement. Under the gate.</summary>
    public ulong LastDelivery { get; set; }

    /// <summary>It waits for room in the prefetch of its channel. Under the gate.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>The outbox had no room and has not had any since. Under the gate.</summary>
    public bool IsRefused { get; set; }

    /// <inheritdoc/>
    public bool Deliver(Queue queue, int most, DispatchRound round)
    {
        var outbox = Outbox;
        round.Touch(outbox);
        lock (outbox.Gate)
        {
            bool hasRoom = HasRoom(outbox);
            int before = most;
            while (hasRoom && most > 0 && queue.TryTake(out var message, out var payload))
            {
                using (payload)
                {
                    if (TrySend(queue, message, payload.Payload, outbox, round))
                    {
                        round.NoteDelivered(message);
                        most--;
                    }
                }
                hasRoom = HasRoom(outbox);
            }
            if (NoAck)
                Channel.Counts.Deliveries.DeliverNoAck += before - most;
            else
                Channel.Counts.Deliveries.Deliver += before - most;
            if (outbox.IsFlushDue)
                round.NoteDue(outbox);
            return hasRoom;
        }
    }

    /// <inheritdoc/>
    public void OnQueueDeleted(DispatchRound round)
    {
        var outbox = Outbox;
        lock (outbox.Gate)
        {
            if (!Channel.Forget(this))
                return; // cancelled at the same time
            if (Channel.Session.Capabilities.ConsumerCancelNotify)
                outbox.Write(Channel.Number, new BasicCancel(Tag, NoWait: true));
        }
        Channel.Session.Broker.Events.ConsumerDeleted(this);
        round.Touch(outbox);
    }

    private bool HasRoom(Outbox outbox) =>
        (NoAck || Prefetch == 0 || Unacknowledged < Prefetch) && Channel.HasPrefetchRoom(this) && !outbox.Refuses(this);

    /// <summary>Writes a message that was taken into the outbox.</summary>
    /// <returns>False when that failed: then the message is put aside, or where the output is to blame, back into its queue.</returns>
    private bool TrySend(Queue from, in StoredMessage message, ReadOnlySpan<byte> payload, Outbox outbox, DispatchRound round)
    {
        ulong deliveryTag = 0;
        EncodedMessage content;
        ReadOnlySpan<byte> properties;
        try
        {
            content = EncodedMessage.Read(payload);
            properties = content.Properties;
            if (from.CountsDeliveries && MessageNote.Requeues(message) is var requeues and > 0)
                properties = DeliveryCount.AddTo(properties, requeues);
            deliveryTag = NoAck ? Channel.NextDeliveryTag() : Channel.Track(message, from, this);
            outbox.WriteDelivery(
                Channel.Number, _tag, deliveryTag, message.IsRedelivered,
                content.Address, properties, content.Body, Channel.Session.FrameMax);
        }
        catch (Exception error) when (deliveryTag == 0)
        {
            from.SetAside(message, error);
            return false;
        }
        catch (Exception error)
        {
            Channel.Untrack(deliveryTag);
            from.PutBack(message);
            outbox.Fail(error);
            return false;
        }
        if (message.IsRedelivered)
            Channel.Counts.Deliveries.Redeliver++;
        if (from.VirtualHost.Firehose is { } firehose
            && firehose.Delivered(content.Address, properties, content.Body, from, message.IsRedelivered, Channel.TracedBy) is { } copy)
            round.Defer(copy);
        from.VirtualHost.Spans?.NoteDelivery("deliver", content, from, deliveryTag, message.IsRedelivered);
        return true;
    }
}
