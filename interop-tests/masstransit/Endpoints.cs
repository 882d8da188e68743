using MassTransit;

namespace MassTransit8;

/// <summary>Adds endpoints to a bus.</summary>
internal static class Endpoints
{
    /// <summary>Adds an endpoint whose queue is purged first, because the durable queue may contain messages from earlier runs.</summary>
    public static void EmptyEndpoint(
        this IRabbitMqBusFactoryConfigurator bus, string queue, Action<IRabbitMqReceiveEndpointConfigurator> configure) =>
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PurgeOnStartup = true;
            configure(endpoint);
        });
}
