using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// Reserves room in a queue that rejects publishes when it is full. In such a queue, each message needs a reservation before it is stored.
/// </summary>
internal sealed class QueueRoom(QueueState state, QueueFaults faults, QueueDeliveries deliveries)
{
    /// <summary>Reserves room for one message. Never throws.</summary>
    /// <remarks>
    /// Called by the publishing thread. If the queue is full, the thread first tries to make room: it hands over the messages of its round
    /// and delivers ready messages.
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
                    // Delivers until no message can be delivered. The call of TryReserve below then checks if there is room.
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
            round.Touch(state.Queue); // makes a drain notify the consumers that the crash has removed
            return false;
        }
    }

    /// <summary>Releases the reservation for a message that was not stored.</summary>
    public void Release(int bodyBytes)
    {
        lock (state.Gate)
            state.Rules.Release(bodyBytes);
    }
}
