using Amqp.Server.Broker;
using Amqp.Server.Hosting;
using Amqp.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Amqp.Tests.Hosting;

/// <summary>The broker opens its data directory when it starts. Creating the broker's services does not open it.</summary>
public sealed class BrokerOpeningTests
{
    [TestCase("")]
    [TestCase("opentelemetry.endpoint = http://127.0.0.1:4318\nopentelemetry.traces = true")]
    public async Task Making_the_services_does_not_open_the_broker(string settings)
    {
        await using var app = BrokerHost.Build(
            ConfigurationOf.File($"listeners.tcp.default = 0\nmanagement.tcp.port = 0\ndata_dir = /nonexistent/amqpbroker\n{settings}"));

        Assert.That(app.Services.GetServices<IHostedService>(), Is.Not.Empty);

        Assert.That(app.Services.GetRequiredService<Lazy<MessageBroker>>().IsValueCreated, Is.False);
    }
}
