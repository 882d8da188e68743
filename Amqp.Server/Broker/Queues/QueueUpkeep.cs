using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// Background work for one queue: removes expired messages, publishes dead letters, and deletes the queue after <c>x-expires</c>.
/// </summary>
/// <remarks>Has no state. Logs all exceptions and never throws.</remarks>
internal sealed class QueueUpkeep(Queue queue, IQueueRegistry registry) : IRuledQueue
{
    private ContainedFaults Contained => queue.Host.Services.Faults;

    /// <inheritdoc/>
    bool IRuledQueue.IsCrashed => queue.Faults.IsCrashed;

    /// <inheritdoc/>
    void IRuledQueue.NoteDead(ReadOnlySpan<StoredMessage> messages, DeathReason reason) =>
        queue.Host.Observer?.OnDead(queue, messages, reason);

    /// <inheritdoc/>
    bool IQuarantine.IsFull => queue.Faults.IsFull;

    /// <inheritdoc/>
    void IQuarantine.SetAside(in StoredMessage message, Exception error) => queue.Faults.SetAside(message, error);

    /// <inheritdoc/>
    /// <remarks>Called when messages or the queue may have expired, and to retry the publishing of dead letters.</remarks>
    void IWakened.Wake()
    {
        var round = PooledRound.Current;
        try
        {
            queue.DeadLetters.Resume();
            if (queue.Use.IsUnused)
                registry.DeleteUnused(queue);
            else
                round.Touch(queue);
        }
        catch (Exception error)
        {
            Contained.Note(Compartment.Queue, $"{queue}, expiry", error);
        }
        round.Complete();
    }

    /// <inheritdoc/>
    void IRuledQueue.PublishDeadLetters()
    {
        try
        {
            var round = PooledRound.Current;
            round.Touch(queue);
            round.Complete();
        }
        catch (Exception error)
        {
            Contained.Note(Compartment.Queue, $"{queue}, dead letters", error);
        }
    }
}
