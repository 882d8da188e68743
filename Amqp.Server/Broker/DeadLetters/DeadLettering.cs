using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Publishes the dead letters of a queue, and then settles them in the queue. The calling thread must hold no lock.</summary>
/// <remarks>
/// Each message is stored for its new queues before it is settled in its old queue. A crash between both steps duplicates the message.
/// </remarks>
/// <param name="routing">Exchanges and bindings of the virtual host.</param>
internal sealed class DeadLettering(RoutingTable routing) : IDeadLetters
{
    /// <inheritdoc/>
    public void Publish(Queue queue, DispatchRound round)
    {
        try
        {
            PublishShare(queue, round);
        }
        catch (Exception error)
        {
            queue.Host.Services.Faults.Note(Compartment.Queue, $"queue '{queue.Name}' in vhost '{queue.VirtualHost}', dead letters", error);
            queue.DeadLetters.NoteFailed(error); // makes the queue try again later
        }
    }

    private void PublishShare(Queue queue, DispatchRound round)
    {
        while (round.HasTimeForDeadLetters && queue.DeadLetters.Begin() is { Length: > 0 } messages)
        {
            int done = 0;
            bool isWritten = true;
            try
            {
                (done, isWritten) = Publish(queue, messages, round);
                round.HandOver(); // called before End, because after End another thread may publish the next batch
            }
            finally
            {
                queue.DeadLetters.End(messages.AsSpan(0, done), isWritten);
            }
            if (done < messages.Length && round.HasTimeForDeadLetters)
                return; // the remaining messages of the batch are published later
        }
        if (queue.DeadLetters.AreWaiting)
            queue.DeadLetters.PublishLater();
    }

    /// <returns>Done: number of messages that were handled. IsWritten: true if a message was stored and survives a restart.</returns>
    private (int Done, bool IsWritten) Publish(Queue queue, DeadMessage[] messages, DispatchRound round)
    {
        if (FindExchange(queue) is not { } exchange)
            return (messages.Length, false);
        var publisher = new DeadLetterPublisher(queue, routing, exchange, queue.Settings.DeadLetterRoutingKey, round);
        int done = 0;
        foreach (ref var dead in messages.AsSpan())
        {
            if (!TryPublish(queue, publisher, ref dead, exchange, round))
                break;
            done++;
            if (round.IsFull)
                round.HandOver();
            if (!round.HasTimeForDeadLetters)
                break;
        }
        return (done, publisher.HasWritten);
    }

    /// <summary>Publishes one dead letter. Returns false if the message must be published again later.</summary>
    private static bool TryPublish(
        Queue queue, DeadLetterPublisher publisher, ref DeadMessage dead, Exchange exchange, DispatchRound round)
    {
        var services = queue.Host.Services;
        try
        {
            if (dead.Refused is { } refused)
            {
                publisher.Publish(refused, dead.Reason);
                return true;
            }
            using var payload = services.Store.Read(dead.Message);
            int gathered = round.Gathered;
            publisher.Publish(payload.Payload, dead.Reason);
            queue.Host.Observer?.OnDeadLettered(queue, dead.Message, exchange.Name, round.PublishedSince(gathered));
            return true;
        }
        catch (StoreDamagedException damage)
        {
            services.Logger.MessageDamaged(queue.Name, dead.Message.Sequence, damage.File, damage.Offset, damage.Message);
            return true;
        }
        catch (DiskAlarmException)
        {
            queue.DeadLetters.Pause();
            return false;
        }
        catch (StoreFailedException failure) when (dead.Refused is not null)
        {
            // The dead letter may be lost. The publisher is informed: its message was refused, so it gets a basic.nack.
            services.Logger.DeadLetteringFailed(queue.Name, queue.VirtualHost, failure);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StoreFailedException)
        {
            queue.DeadLetters.NoteFailed(error);
            return false;
        }
        catch (Exception error) when (dead.Refused is not null)
        {
            // The message was never stored, because a full queue refused it. So it cannot be quarantined.
            services.Faults.Note(Compartment.Queue, $"queue '{queue.Name}' in vhost '{queue.VirtualHost}', a refused message", error);
            return true;
        }
        catch (Exception error)
        {
            queue.Faults.Quarantine(dead.Message, error);
            dead = dead with { IsPutAside = true };
            return true;
        }
    }

    private Exchange? FindExchange(Queue queue)
    {
        if (queue.Settings.DeadLetterExchange is not { } name)
            return null;
        var exchange = routing.Find(name);
        queue.DeadLetters.NoteExchange(exists: exchange is not null);
        return exchange;
    }
}
