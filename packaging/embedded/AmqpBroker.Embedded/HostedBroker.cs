using Microsoft.Extensions.Hosting;

namespace AmqpBroker.Embedded;

/// <summary>Stops the broker of a host gracefully, after all other services.</summary>
/// <param name="broker">The running broker. The service container disposes the broker.</param>
internal sealed class HostedBroker(EmbeddedBroker broker) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => broker.StopAsync(cancellationToken);
}
