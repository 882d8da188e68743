using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Opens the queues of the message store that an exchange uses for its messages and its keys.</summary>
/// <param name="state">The topology that the exchange belongs to.</param>
internal sealed class ExchangeStorage(TopologyState state)
{
    /// <summary>Opens the queues of a new exchange.</summary>
    public void Open(Exchange exchange) =>
        Open(exchange, HasStoredKeys(exchange) ? state.Store.NewQueueNumbers(durable: true, 2) : 0);

    /// <summary>Opens the queues of an exchange.</summary>
    /// <param name="exchange">The exchange, which other threads cannot find yet.</param>
    /// <param name="number">
    /// Number of the durable queue for messages. The next number is that of the queue for keys. 0 if the exchange has no numbers yet.
    /// </param>
    public void Open(Exchange exchange, uint number)
    {
        exchange.Keeper?.Open(
            exchange, state.Routing, state.VirtualHost.Host,
            isDurable => state.Services.Store.OpenQueue(
                isDurable && number != 0 ? number : state.Store.NewQueueNumbers(isDurable, 1), isDurable));
        if (DeduplicationSettings.OfExchange(exchange.Type, exchange.Arguments, EffectivePolicy.None) is not { } settings)
            return;
        StoredQueue? keys = HasStoredKeys(exchange) ? state.Services.Store.OpenQueue(number + 1, durable: true) : null;
        exchange.Deduplication = DeduplicationWindows.Open(
            settings, state.Services.Windows, keys, $"exchange '{exchange.Name}' in vhost '{state.Name}', keys");
    }

    /// <summary>Deletes everything that an exchange has stored, because the exchange is deleted.</summary>
    public static void Close(Exchange exchange)
    {
        exchange.Keeper?.Close();
        exchange.Deduplication?.Close();
    }

    /// <summary>Returns the number of the first durable queue of an exchange; 0 if it has none.</summary>
    public static uint NumberOf(Exchange exchange) =>
        HasStoredKeys(exchange) ? exchange.Deduplication!.Stored!.Number - 1 : exchange.Keeper?.DurableNumber ?? 0;

    private static bool HasStoredKeys(Exchange exchange) => (exchange.Flags & ExchangeFlags.Keys) != 0;
}
