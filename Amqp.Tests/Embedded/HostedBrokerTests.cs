using AmqpBroker.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;

namespace Amqp.Tests.Embedded;

/// <summary>An embedded broker runs as a hosted service of a .NET host.</summary>
public class HostedBrokerTests
{
    [Test]
    public async Task A_broker_runs_before_the_services_that_are_registered_after_it()
    {
        HostApplicationBuilder builder = Builder();
        builder.Services.AddAmqpBroker();
        builder.Services.AddHostedService<Client>();

        using IHost host = builder.Build();
        await host.StartAsync();

        Assert.That(host.Services.GetServices<IHostedService>().OfType<Client>().Single().IsConnected);
        await host.StopAsync();
    }

    [Test]
    public async Task The_connection_string_replaces_that_of_the_configuration()
    {
        HostApplicationBuilder builder = Builder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:bus", (string?)"amqp://production/")]);
        builder.Services.AddAmqpBroker(connectionName: "bus");

        using IHost host = builder.Build();
        await host.StartAsync();

        var broker = host.Services.GetRequiredService<EmbeddedBroker>();
        Assert.That(host.Services.GetRequiredService<IConfiguration>().GetConnectionString("bus"), Is.EqualTo(broker.ConnectionString));
    }

    [Test]
    public async Task The_broker_ends_with_its_host()
    {
        HostApplicationBuilder builder = Builder();
        builder.Services.AddAmqpBroker(options => options.Settings["log.level"] = "warning");
        EmbeddedBroker broker;
        using (IHost host = builder.Build())
        {
            await host.StartAsync();
            broker = host.Services.GetRequiredService<EmbeddedBroker>();
            Assert.That(broker.IsRunning);

            await host.StopAsync();
            Assert.That(broker.IsRunning, Is.False);
        }
        Assert.That(broker.DataDirectory, Does.Not.Exist);
    }

    [Test]
    public void A_start_that_fails_fails_the_host()
    {
        HostApplicationBuilder builder = Builder();
        builder.Services.AddAmqpBroker(options => options.Settings["heartbaet"] = "1");
        using IHost host = builder.Build();

        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<EmbeddedBrokerException>());
    }

    [Test]
    public void A_second_broker_is_refused() =>
        Assert.That(
            () => new ServiceCollection().AddAmqpBroker().AddAmqpBroker(),
            Throws.InvalidOperationException.With.Message.EqualTo("AddAmqpBroker was called twice. A host has one broker."));

    private static HostApplicationBuilder Builder()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection();
        return builder;
    }

    /// <summary>Reads the connection string in the constructor. Many client libraries do so.</summary>
    private sealed class Client(IConfiguration configuration) : IHostedService
    {
        private readonly Uri _address = new(configuration.GetConnectionString("rabbitmq")!);

        public bool IsConnected { get; private set; }

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using IConnection connection = await new ConnectionFactory { Uri = _address }.CreateConnectionAsync(cancellationToken);
            IsConnected = connection.IsOpen;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
