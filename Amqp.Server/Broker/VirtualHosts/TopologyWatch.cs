namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Tells federation which queues and exchanges have changed: declared, deleted, or with other policies.</summary>
/// <remarks>Thread-safe. The events are raised under the topology lock, so handlers must not wait.</remarks>
internal sealed class TopologyWatch
{
    /// <summary>Raised with the names of the virtual host and of the exchange.</summary>
    public event Action<string, string>? ExchangeChanged;

    /// <summary>Raised with the names of the virtual host and of the queue.</summary>
    public event Action<string, string>? QueueChanged;

    /// <summary>Raised with the name of the virtual host when its policies have changed.</summary>
    public event Action<string>? PoliciesChanged;

    public void NoteExchange(string virtualHost, string exchange) => ExchangeChanged?.Invoke(virtualHost, exchange);

    public void NoteQueue(string virtualHost, string queue) => QueueChanged?.Invoke(virtualHost, queue);

    public void NotePolicies(string virtualHost) => PoliciesChanged?.Invoke(virtualHost);
}
