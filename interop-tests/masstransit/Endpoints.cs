using MassTransit;

namespace MassTransit8;

/// <summary>Adds endpoints to a bus.</summary>
internal static class Endpoints
{
    /// <summary>
    /// Adds an endpoint whose queue is purged before the endpoint consumes. The queue is durable. So it may contain messages that other
    /// programs have published since the last run.
    /// </summary>
    public static void EmptyEndpoint(
        this IRabbitMqBusFactoryConfigurator bus, string queue, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PurgeOnStartup = true;
            configure(endpoint);
        });
}
