using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Security;

/// <summary>Virtual hosts and users are created and deleted while the broker runs.</summary>
public class DeletionTests
{
    private BrokerInProcess _broker = null!;

    [SetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync();
        _broker.Broker.VirtualHosts.Put("other", new("", []));
        _broker.Broker.Permissions.Put(new Permission("guest", "other", ".*", ".*", ".*"));
    }

    [TearDown]
    public async Task StopTheBroker() => await _broker.DisposeAsync();

    [Test]
    public async Task A_new_virtual_host_can_be_used_at_once()
    {
        await using var connection = await _broker.Factory(virtualHost: "other").CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        await channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false);

        Assert.That(_broker.Broker.VirtualHosts.Find("other")!.FindQueue("q"), Is.Not.Null);
        Assert.That(_broker.Broker.VirtualHosts.Find("/")!.FindQueue("q"), Is.Null);
    }

    [Test]
    public async Task A_deleted_virtual_host_closes_its_connections_and_no_others()
    {
        await using var gone = await BrokerInProcess.ConnectAsync(_broker.Factory(virtualHost: "other"));
        await using var stays = await BrokerInProcess.ConnectAsync(_broker.Factory());
        var closed = ClosedOf(gone);

        Assert.That(_broker.Broker.VirtualHosts.Delete("other"));

        var reason = await closed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((reason.ReplyCode, reason.ReplyText), Is.EqualTo((320, "CONNECTION_FORCED - vhost 'other' is deleted")));
        Assert.That(stays.IsOpen);
        Assert.That(
            () => BrokerInProcess.ConnectAsync(_broker.Factory(virtualHost: "other")),
            Throws.InstanceOf<OperationInterruptedException>());
    }

    [Test]
    public async Task A_virtual_host_that_is_deleted_and_made_anew_is_empty()
    {
        await using (var connection = await _broker.Factory(virtualHost: "other").CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true)))
        {
            await channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false);
            await channel.ExchangeDeclareAsync("x", "fanout", durable: true);
            await channel.QueueBindAsync("q", "x", "");
            await channel.BasicPublishAsync("x", "", false, new BasicProperties { Persistent = true }, new byte[100]);
        }
        _broker.Broker.VirtualHosts.Delete("other");
        var anew = _broker.Broker.VirtualHosts.Put("other", new("", []));

        Assert.That(
            (anew.FindQueue("q"), anew.FindExchange("x"), _broker.Broker.Permissions.Find("other", "guest")),
            Is.EqualTo(default((object?, object?, object?))));
        Assert.That(anew.FindExchange("amq.topic"), Is.Not.Null);
    }

    [Test]
    public async Task A_deleted_user_is_sent_away()
    {
        _broker.Broker.Users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("jo", "other", ".*", ".*", ".*"));
        await using var connection = await BrokerInProcess.ConnectAsync(_broker.Factory("jo", "secret", "other"));
        var closed = ClosedOf(connection);

        _broker.Broker.Users.Delete("jo");

        var reason = await closed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((reason.ReplyCode, reason.ReplyText), Is.EqualTo((320, "CONNECTION_FORCED - user 'jo' is deleted")));
    }

    [Test]
    public async Task A_new_password_holds_from_the_next_login_on()
    {
        _broker.Broker.Users.Put(
            new User("guest", PasswordHash.Create("new", HashingAlgorithm.Sha512), new UserTags([UserTags.Administrator])));

        Assert.That(() => _broker.Factory().CreateConnectionAsync(), Throws.TypeOf<BrokerUnreachableException>());
        await using var connection = await _broker.Factory(password: "new").CreateConnectionAsync();
        Assert.That(connection.IsOpen);
    }

    private static Task<ShutdownEventArgs> ClosedOf(IConnection connection)
    {
        var closed = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        };
        return closed.Task;
    }
}
