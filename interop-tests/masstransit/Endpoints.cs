using MassTransit;

namespace MassTransit8;

/// <summary>Creates the endpoints of the programs.</summary>
internal static class Endpoints
{
    /// <summary>
    /// Adds an endpoint whose queue is purged before the endpoint consumes. The queues are durable, so they receive messages that other
    /// programs publish between two runs.
    /// </summary>
    public static void EmptyEndpoint(
        this IRabbitMqBusFactoryConfigurator bus, string queue, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PurgeOnStartup = true;
            configure(endpoint);
        });
}
