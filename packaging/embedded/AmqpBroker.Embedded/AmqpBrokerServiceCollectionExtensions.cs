using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AmqpBroker.Embedded;

/// <summary>Adds a broker to the services of a host.</summary>
public static class AmqpBrokerServiceCollectionExtensions
{
    /// <summary>Adds a broker that runs as long as the host. The broker starts before the services that are registered later.</summary>
    /// <remarks>
    /// The broker's address is <see cref="EmbeddedBroker.ConnectionString"/> of the service <see cref="EmbeddedBroker"/>. The host's
    /// configuration also has the address, as a connection string.
    /// </remarks>
    /// <param name="services">Services of the host.</param>
    /// <param name="configure">Sets the options. By default, the broker's log lines go to the host's log.</param>
    /// <param name="connectionName">Name of the connection string that receives the address. An existing value is replaced.</param>
    /// <exception cref="InvalidOperationException">The services have a broker already.</exception>
    public static IServiceCollection AddAmqpBroker(
        this IServiceCollection services, Action<EmbeddedBrokerOptions>? configure = null, string connectionName = "rabbitmq")
    {
        if (services.Any(service => service.ServiceType == typeof(EmbeddedBroker)))
            throw new InvalidOperationException("AddAmqpBroker was called twice. A host has one broker.");
        services.AddSingleton(provider => Start(provider, configure, connectionName));
        services.AddSingleton<IHostedService>(provider => new HostedBroker(provider.GetRequiredService<EmbeddedBroker>()));
        return services;
    }

    // Blocks, because the factory of a service cannot be asynchronous.
    private static EmbeddedBroker Start(IServiceProvider provider, Action<EmbeddedBrokerOptions>? configure, string connectionName)
    {
        var options = new EmbeddedBrokerOptions();
        if (provider.GetService<ILoggerFactory>() is { } loggers)
            options.LineLogged = new HostLog(loggers.CreateLogger("AmqpBroker")).Write;
        configure?.Invoke(options);
        EmbeddedBroker broker = Task.Run(() => EmbeddedBroker.StartAsync(options)).GetAwaiter().GetResult();
        // A configuration without a provider cannot store a value.
        if (provider.GetService<IConfiguration>() is IConfigurationRoot configuration && configuration.Providers.Any())
            configuration[$"ConnectionStrings:{connectionName}"] = broker.ConnectionString;
        return broker;
    }
}
