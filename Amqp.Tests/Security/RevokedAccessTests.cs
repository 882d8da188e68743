using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>
/// A user loses the permission to read a queue. From then on, the user's consumers get no messages, even if the client sends nothing.
/// </summary>
public class RevokedAccessTests
{
    private static readonly FieldTable _withoutCapabilities = FieldTable.Empty;

    /// <summary>
    /// Time limit for the broker to stop the deliveries. A client that does not answer a close is disconnected after twice this time.
    /// </summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(15);

    private BrokerInProcess _broker = null!;
    private RawClient _reader = null!;
    private RawClient _owner = null!;
    private RawChannel _channel = null!;

    [SetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync();
        _broker.Broker.VirtualHosts.Put("other", new("", []));
        _broker.Broker.Users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));
        Permit("guest", ".*");
        Permit("jo", ".*");
        _owner = await ConnectAsync("guest", "guest", RawHandshake.ClientProperties);
        _channel = await _owner.OpenChannelAsync();
        await _channel.DeclareQueueAsync("q");
    }

    [TearDown]
    public async Task StopTheBroker()
    {
        await _reader.DisposeAsync();
        await _owner.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [TestCase("deleted")]
    [TestCase("narrowed to ^p")]
    [TestCase("narrowed to ")]
    public async Task A_permission_that_goes_cancels_the_consumers_that_lived_by_it(string change)
    {
        var channel = await ConsumeAsync(RawHandshake.ClientProperties);

        ChangePermission(change);

        Assert.That(await channel.ExpectAsync<BasicCancel>(), Is.EqualTo(new BasicCancel("c", NoWait: true)));
        await ExpectMessagesToStayAsync();
        await channel.ExpectQuietAsync();
    }

    [TestCase("deleted")]
    [TestCase("narrowed to ^p")]
    public async Task A_client_that_knows_no_cancel_has_its_channel_closed(string change)
    {
        var channel = await ConsumeAsync(_withoutCapabilities);

        ChangePermission(change);

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, "ACCESS_REFUSED - read access to queue 'q' in vhost 'other' refused for user 'jo'", default);
        await ExpectMessagesToStayAsync();
        await (await _reader.OpenChannelAsync(2)).ExpectQuietAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_deleted_user_is_delivered_nothing_more_and_what_is_not_acknowledged_returns(bool isTold)
    {
        var channel = await ConsumeAsync(isTold ? RawHandshake.ClientProperties : _withoutCapabilities);
        await _channel.PublishAsync("", "q", "first");
        await channel.ExpectDeliveryAsync();

        _broker.Broker.Users.Delete("jo");

        await _reader.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - user 'jo' is deleted");
        await Eventually.Holds(() => Queue.Counts.Ready == 1, () => $"{Queue.Counts.Ready} messages are ready", _limit);
        await ExpectMessagesToStayAsync(there: 1);
    }

    [Test]
    public async Task A_deleted_virtual_host_ends_its_consumers()
    {
        var channel = await ConsumeAsync(RawHandshake.ClientProperties);

        _broker.Broker.VirtualHosts.Delete("other");

        await channel.ExpectAsync<BasicCancel>(); // the broker cancels the consumer, because its queue is deleted
        await _reader.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - vhost 'other' is deleted");
    }

    [TestCase("deleted")]
    [TestCase("user deleted")]
    public async Task A_client_that_is_not_read_from_is_ended_as_well(string change)
    {
        var channel = await ConsumeAsync(_withoutCapabilities);
        await channel.PublishAsync("", "q", "makes it a publisher");
        await channel.ExpectDeliveryAsync();
        _broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        await channel.PublishAsync("", "q", "is held back");
        await Eventually.Holds(async () => await StateAsync() == "blocked", () => "the connection is not blocked");

        ChangePermission(change);

        await Eventually.Holds(() => Queue.Counts.Consumers == 0, () => "The consumer goes on", _limit);
    }

    [Test]
    public async Task What_a_permission_still_allows_goes_on()
    {
        var channel = await ConsumeAsync(RawHandshake.ClientProperties);

        Permit("jo", "^q$");
        Permit("guest", "");
        await _channel.PublishAsync("", "q", "m");

        await channel.ExpectDeliveryAsync();
    }

    [Test]
    public async Task A_consumer_of_an_auto_delete_queue_takes_it_along()
    {
        var channel = await ConsumeAsync(RawHandshake.ClientProperties, autoDelete: true);

        ChangePermission("deleted");

        await channel.ExpectAsync<BasicCancel>();
        Assert.That(_broker.Broker.VirtualHosts.Find("other")!.FindQueue("a"), Is.Null);
    }

    private Server.Broker.Queues.Queue Queue => _broker.Broker.VirtualHosts.Find("other")!.FindQueue("q")!;

    private void Permit(string user, string read) => _broker.Broker.Permissions.Put(new Permission(user, "other", ".*", ".*", read));

    private void ChangePermission(string change)
    {
        if (change == "user deleted")
            _broker.Broker.Users.Delete("jo");
        else if (change == "deleted")
            _broker.Broker.Permissions.Delete("other", "jo");
        else
            Permit("jo", change["narrowed to ".Length..]);
    }

    /// <summary>Publishes a message, and checks that no consumer takes messages from the queue.</summary>
    private async Task ExpectMessagesToStayAsync(int there = 0)
    {
        await Eventually.Holds(() => Queue.Counts.Consumers == 0, () => "the consumer is not cancelled", _limit);
        await _channel.PublishAsync("", "q", "late");
        await _channel.ExpectQuietAsync();
        Assert.That(Queue.Counts.Ready, Is.EqualTo(there + 1));
    }

    private Task<string> StateAsync() =>
        Task.FromResult(_broker.Connections.All.Single(connection => connection.Client?.User.Name == "jo").State);

    private async Task<RawChannel> ConsumeAsync(FieldTable properties, bool autoDelete = false)
    {
        string queue = autoDelete ? "a" : "q";
        _reader = await ConnectAsync("jo", "secret", properties);
        var channel = await _reader.OpenChannelAsync();
        if (autoDelete)
            await channel.DeclareQueueAsync(queue, autoDelete: true);
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(new BasicConsume(queue, "c", false, false, false, false, FieldTable.Empty));
        return channel;
    }

    private async Task<RawClient> ConnectAsync(string user, string password, FieldTable properties)
    {
        var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.StartAsync();
        await client.LogInAsync(response: Encoding.UTF8.GetBytes($"\0{user}\0{password}"), properties: properties);
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));
        await client.SendAsync(0, new ConnectionOpen("other"));
        await client.ExpectAsync<ConnectionOpenOk>(0);
        return client;
    }
}
