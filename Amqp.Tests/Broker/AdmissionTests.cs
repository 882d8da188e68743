using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Parameters;
using Amqp.Tests.Support;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Broker;

/// <summary>A connection counts against the limits for as long as it is there.</summary>
public sealed class AdmissionTests
{
    [Test]
    public async Task A_connection_whose_virtual_host_goes_while_it_opens_counts_no_longer()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        broker.Broker.VirtualHosts.Put("gone", VirtualHostDescription.None, maker: "guest");
        broker.Broker.UserLimits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(1));
        broker.Broker.Events.Add(new Deletion(broker.Broker, "gone")); // at the moment between the admission and the first look at the virtual host

        Assert.That(async () => await BrokerInProcess.ConnectAsync(broker.Factory(virtualHost: "gone")), Throws.InstanceOf<OperationInterruptedException>());

        await Eventually.Holds(
            async () =>
            {
                try
                {
                    await using var connection = await BrokerInProcess.ConnectAsync(broker.Factory());
                    return true;
                }
                catch (OperationInterruptedException)
                {
                    return false;
                }
            },
            () => "the connection that never was still counts");
    }

    private sealed class Deletion(MessageBroker broker, string virtualHost) : IBrokerEventListener
    {
        public bool IsListening => true;

        public void Hear(BrokerEvent happened)
        {
            if (happened.Name == "connection.created" && happened.Facts["vhost"]?.AsString() == virtualHost)
                broker.VirtualHosts.Delete(virtualHost);
        }
    }
}
