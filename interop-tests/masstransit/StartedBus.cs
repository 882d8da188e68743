using MassTransit;

namespace MassTransit8;

/// <summary>A bus that runs until it is disposed.</summary>
internal sealed class StartedBus : IAsyncDisposable
{
    private readonly IBusControl _control;

    private StartedBus(IBusControl control) => _control = control;

    public IBus Bus => _control;

    /// <summary>
    /// Connects to the broker and declares the queues and exchanges of the endpoints. The task completes when all endpoints consume.
    /// </summary>
    public static async Task<StartedBus> StartAsync(
        Uri broker, Action<IRabbitMqBusFactoryConfigurator> endpoints, CancellationToken deadline)
    {
        IBusControl control = MassTransit.Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(broker);
            endpoints(configure);
        });
        await control.StartAsync(deadline);
        return new StartedBus(control);
    }

    /// <summary>Stops the bus: consumers finish their current messages, and the connection is closed.</summary>
    public async ValueTask DisposeAsync() => await _control.StopAsync(Run.TimeToStop);
}
