using Amqp.Server.Broker.Dispatch;
using Amqp.Storage;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>Stores messages, each once for all that its route leads to. Owned by one thread at a time.</summary>
internal sealed class RouteWriter(IMessageStore store)
{
    private StoredMessage[] _places = new StoredMessage[1];

    /// <summary>Stores a message; its queues have it when the round hands over.</summary>
    /// <returns>The position that makes it safe; 0 when there is nothing to wait for.</returns>
    /// <exception cref="StoreFailedException">It would have to be persistent and cannot be.</exception>
    public long Store(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isPersistent, DispatchRound round)
    {
        var queues = route.Queues;
        long position = 0;
        if (route.Stored.Length > 0)
        {
            if (_places.Length < route.Stored.Length)
                _places = new StoredMessage[route.Stored.Length];
            position = store.Append(route.Stored, head, body, isPersistent, _places);
            for (int i = 0; i < queues.Length; i++)
                round.Publish(queues[i], _places[i]);
            for (int i = 0; i < route.Histories.Length; i++)
                route.Histories[i].Add(_places[queues.Length + i]);
        }
        foreach (var delay in route.Delays)
            position = Math.Max(position, delay.Messages.Add(delay, head, body, isPersistent));
        return position;
    }
}
