using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>Room that one queue reserves for messages before they are stored, where it rejects publishes beyond its length limit.</summary>
internal sealed class QueueRoom(QueueState state, QueueFaults faults, QueueDeliveries deliveries)
{
    /// <summary>Reserves room for a message. Throws nothing.</summary>
    /// <remarks>Called by the publishing thread. Where there is no room, the messages of the round and pending deliveries go first.</remarks>
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
                    // The remaining messages may still be too many.
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
            round.Touch(state.Queue); // cancels the consumers
            return false;
        }
    }

    /// <summary>Releases room that was reserved for a message.</summary>
    public void Release(int bodyBytes)
    {
        lock (state.Gate)
            state.Rules.Release(bodyBytes);
    }
}
