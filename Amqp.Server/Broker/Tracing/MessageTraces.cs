using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Tracing;

/// <summary>The running traces of a virtual host. Immutable. An error of a trace does not affect the traced message.</summary>
/// <param name="running">The traces; not empty.</param>
/// <param name="faults">Receives unexpected exceptions.</param>
internal sealed class MessageTraces(IReadOnlyList<MessageTrace> running, ContainedFaults faults) : IMessageObserver
{
    public IReadOnlyList<MessageTrace> Running => running;

    /// <inheritdoc cref="MessageTrace.NotePublished"/>
    public void OnPublished(
        in EncodedMessage message,
        int size,
        Queue[] queues,
        ReadOnlySpan<(Queue Queue, StoredMessage Message)> published,
        bool isReturned,
        in TracedBy by)
    {
        try
        {
            foreach (var trace in running)
                trace.NotePublished(message, size, queues, published, isReturned, by);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <inheritdoc cref="MessageTrace.NoteDelivered"/>
    public void OnDelivered(
        Queue queue, in StoredMessage message, in EncodedMessage content, string? consumer, bool isSettled, in TracedBy by)
    {
        try
        {
            foreach (var trace in running)
                trace.NoteDelivered(queue, message, content, consumer, isSettled, by);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <inheritdoc cref="MessageTrace.NoteSettled"/>
    public void OnSettled(string kind, Queue queue, in StoredMessage message, string? consumer, bool stays, in TracedBy by)
    {
        try
        {
            foreach (var trace in running)
                trace.NoteSettled(kind, queue, message, consumer, stays, by);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <inheritdoc/>
    public void OnDead(Queue queue, ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        try
        {
            string? kind = reason switch
            {
                DeathReason.Expired => TraceHop.Expired,
                DeathReason.MaxLength => TraceHop.Dropped,
                DeathReason.DeliveryLimit => TraceHop.Dropped,
                _ => null, // noted when the client rejected it
            };
            foreach (var trace in kind is null ? [] : running)
                foreach (ref readonly var message in messages)
                    trace.NoteDead(kind!, queue, message);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <inheritdoc/>
    public void OnDeadLettered(
        Queue queue, in StoredMessage message, string exchange, ReadOnlySpan<(Queue Queue, StoredMessage Message)> published)
    {
        try
        {
            foreach (var trace in running)
                trace.NoteDeadLettered(queue, message, exchange, published);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <inheritdoc/>
    public void OnMoved(Queue queue, in StoredMessage from, in StoredMessage to)
    {
        try
        {
            foreach (var trace in running)
                trace.NoteMoved(queue, from, to);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    private void Note(Exception error) => faults.Note(Compartment.Events, "a trace of messages", error);
}
