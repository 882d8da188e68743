namespace Amqp.Server.Broker.Links;

/// <summary>The links to other brokers that runtime parameters define. Thread-safe.</summary>
internal sealed class LinkTables
{
    public ShovelTable Shovels { get; } = new();

    /// <summary>The upstreams of federated exchanges and queues.</summary>
    public FederationTable Federation { get; } = new();
}
