using MassTransit;

namespace MassTransit8;

/// <summary>How the programs make their endpoints.</summary>
internal static class Endpoints
{
    /// <summary>
    /// An endpoint as MassTransit makes it, but for one thing: its queue is purged before it consumes. The queues are durable, so they
    /// take what other programs publish between two runs.
    /// </summary>
    public static void EmptyEndpoint(
        this IRabbitMqBusFactoryConfigurator bus, string queue, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PurgeOnStartup = true;
            configure(endpoint);
        });
}
