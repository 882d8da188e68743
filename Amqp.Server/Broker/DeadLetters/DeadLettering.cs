using System.Runtime.InteropServices;
using Amqp.Server.Broker.Dispatch;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Carries what died in a queue to its dead-letter exchange, then lets go of it. No lock is held.</summary>
/// <remarks>First the targets have it, then the queue gives it up, and a crash in between counts neither: it is never in neither.</remarks>
internal static class DeadLettering
{
    /// <summary>Publishes what died in a queue up to now.</summary>
    /// <returns>False when there was nothing.</returns>
    public static bool Publish(Queue queue, DispatchRound round)
    {
        bool isDone = false;
        while (queue.TryBeginDeadLettering(out var messages))
        {
            int done = 0;
            try
            {
                done = Publish(queue, messages, round);
            }
            finally
            {
                queue.EndDeadLettering(messages, done);
            }
            if (done < messages.Count)
                return true; // tried again later
            isDone = true;
        }
        return isDone;
    }

    /// <summary>Publishes one message that never came into the queue: its publisher hears that it was refused, so it may get lost.</summary>
    public static void PublishRefused(Queue queue, ReadOnlySpan<byte> payload, DispatchRound round)
    {
        if (FindExchange(queue) is not { } exchange)
            return;
        try
        {
            new DeadLetterPublisher(queue, exchange, queue.Settings.DeadLetterRoutingKey, round).Publish(payload, DeathReason.MaxLength);
        }
        catch (StoreFailedException failure)
        {
            queue.VirtualHost.Logger.DeadLetteringFailed(queue.Name, queue.VirtualHost.Name, failure);
        }
    }

    /// <returns>How many are through.</returns>
    private static int Publish(Queue queue, List<DeadMessage> messages, DispatchRound round)
    {
        if (FindExchange(queue) is not { } exchange)
            return messages.Count;
        var publisher = new DeadLetterPublisher(queue, exchange, queue.Settings.DeadLetterRoutingKey, round);
        int done = 0;
        foreach (ref readonly var dead in CollectionsMarshal.AsSpan(messages))
        {
            if (!TryPublish(queue, publisher, dead))
                return done;
            done++;
            if (round.IsFull)
                round.HandOver();
        }
        return done;
    }

    /// <summary>False when it cannot be done now.</summary>
    private static bool TryPublish(Queue queue, DeadLetterPublisher publisher, in DeadMessage dead)
    {
        var virtualHost = queue.VirtualHost;
        try
        {
            using var payload = virtualHost.Store.Read(dead.Message);
            publisher.Publish(payload.Payload, dead.Reason);
            return true;
        }
        catch (StoreDamagedException damage)
        {
            virtualHost.Logger.MessageDamaged(queue.Name, dead.Message.Sequence, damage.File, damage.Offset, damage.Message);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StoreFailedException)
        {
            queue.NoteDeadLetteringFailed(error);
            return false;
        }
    }

    private static Exchange? FindExchange(Queue queue)
    {
        if (queue.Settings.DeadLetterExchange is not { } name)
            return null;
        var exchange = queue.VirtualHost.FindExchange(name);
        queue.NoteDeadLetterExchange(exists: exchange is not null);
        return exchange;
    }
}
