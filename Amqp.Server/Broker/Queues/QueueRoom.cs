using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>Reserves room for new messages in a queue with the overflow behaviour <c>reject-publish</c>.</summary>
internal sealed class QueueRoom(QueueState state, QueueFaults faults, QueueDeliveries deliveries)
{
    /// <summary>Reserves room for one message. If the queue is full, first delivers ready messages. Never throws.</summary>
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
