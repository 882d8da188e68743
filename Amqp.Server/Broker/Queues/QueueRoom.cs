using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// Reservations of room for messages, in a queue that rejects publishes above its length limit. A message needs a reservation before it is
/// stored.
/// </summary>
internal sealed class QueueRoom(QueueState state, QueueFaults faults, QueueDeliveries deliveries)
{
    /// <summary>Reserves capacity for a message. Throws nothing.</summary>
    /// <remarks>
    /// Called by the publishing thread. If the queue is full, the thread first hands over what its round has gathered, delivers ready
    /// messages, and then tries the reservation again.
    /// </remarks>
    /// <returns>False if the queue refuses the message.</returns>
    public bool TryReserve(int bodyBytes, DispatchRound round)
    {
        try
        {
            lock (state.Gate)
            {
                if (state.IsDeleted || state.Rules.TryReserve(bodyBytes))
                    return true;
            }
            round.HandOver();
            lock (state.Gate)
            {
                while (deliveries.DeliverSome(round))
                {
                    // Deliveries may bring the queue below its limit. The reservation after this loop checks the limit.
                }
                return !faults.IsCrashed && (state.IsDeleted || state.Rules.TryReserve(bodyBytes));
            }
        }
        catch (QueueUnreadableException)
        {
            return false;
        }
        catch (Exception error)
        {
            round.ClearDelivered();
            faults.Crash(error);
            round.Touch(state.Queue); // the drain notifies the consumers that the crash cancelled
            return false;
        }
    }

    /// <summary>Releases the reservation of a message that was not stored.</summary>
    public void Release(int bodyBytes)
    {
        lock (state.Gate)
            state.Rules.Release(bodyBytes);
    }
}
