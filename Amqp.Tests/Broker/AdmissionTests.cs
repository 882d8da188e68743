using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Broker;

/// <summary>Only open connections count towards the limits of their user and virtual host.</summary>
public sealed class AdmissionTests
{
    [Test]
    public async Task A_connection_whose_virtual_host_goes_while_it_opens_counts_no_longer()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        broker.Broker.VirtualHosts.Put("gone", VirtualHostDescription.None, maker: "guest");
        broker.Broker.UserLimits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(1));
        // deletes the virtual host after the broker has admitted the connection, and before the connection uses the host
        broker.Broker.Events.Add(new Deletion(broker.Broker, "gone"));

        Assert.That(
            async () => await BrokerInProcess.ConnectAsync(broker.Factory(virtualHost: "gone")),
            Throws.InstanceOf<OperationInterruptedException>());

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

    [Test]
    public async Task A_connection_whose_user_goes_while_it_opens_is_sent_away()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        broker.Broker.Users.Put(new User("gone", PasswordHash.Create("secret"), UserTags.None));
        broker.Broker.Permissions.Put(new Permission("gone", "/", ".*", ".*", ".*"));
        broker.Broker.Events.Add(new UserDeletion(broker.Broker, "gone"));
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.StartAsync();
        await client.LogInAsync(response: "\0gone\0secret"u8.ToArray());
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));

        await client.SendAsync(0, new ConnectionOpen("/"));

        await client.ExpectAsync<ConnectionOpenOk>(0);
        await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - user 'gone' is deleted");
    }

    private sealed class UserDeletion(MessageBroker broker, string user) : IBrokerEventListener
    {
        public bool IsListening => true;

        public void Hear(BrokerEvent happened)
        {
            if (happened.Name == "connection.created" && happened.Facts["user"]?.AsString() == user)
                broker.Users.Delete(user);
        }
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
