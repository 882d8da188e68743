using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Security;

/// <summary>The broker refuses operations for which a user lacks permission, with the error texts of RabbitMQ 3.13.</summary>
/// <remarks>
/// The first letter of an object's name is the permission that the user of these tests has for the object: c configure, w write, r read.
/// </remarks>
public class PermissionTests
{
    private BrokerInProcess _broker = null!;

    private static IEnumerable<TestCaseData> Refused =>
    [
        Case("queue.declare", channel => channel.QueueDeclareAsync("x"), "configure access to queue 'x'"),
        Case("queue.declare of one that is there", channel => channel.QueueDeclareAsync("xq"), "configure access to queue 'xq'"),
        Case(
            "queue.declare, dead letters read",
            channel => channel.QueueDeclareAsync("c1", arguments: DeadLetters("wx")),
            "read access to queue 'c1'"),
        Case(
            "queue.declare, dead letters written",
            channel => channel.QueueDeclareAsync("cr1", arguments: DeadLetters("xx")),
            "write access to exchange 'xx'"),
        Case("queue.delete", channel => channel.QueueDeleteAsync("xq"), "configure access to queue 'xq'"),
        Case("queue.delete of one that is not there", channel => channel.QueueDeleteAsync("none"), "configure access to queue 'none'"),
        Case("queue.purge", channel => channel.QueuePurgeAsync("xq"), "read access to queue 'xq'"),
        Case("queue.bind, queue", channel => channel.QueueBindAsync("xq", "rx", ""), "write access to queue 'xq'"),
        Case("queue.bind, exchange", channel => channel.QueueBindAsync("wq", "xx", ""), "read access to exchange 'xx'"),
        Case("queue.bind of nothing", channel => channel.QueueBindAsync("none", "none", ""), "write access to queue 'none'"),
        Case("queue.bind to the default exchange", channel => channel.QueueBindAsync("xq", "", "xq"), "write access to queue 'xq'"),
        Case("queue.unbind, queue", channel => channel.QueueUnbindAsync("xq", "rx", ""), "write access to queue 'xq'"),
        Case("queue.unbind, exchange", channel => channel.QueueUnbindAsync("wq", "xx", ""), "read access to exchange 'xx'"),
        Case("basic.get", channel => channel.BasicGetAsync("xq", true), "read access to queue 'xq'"),
        Case("basic.get of nothing", channel => channel.BasicGetAsync("none", true), "read access to queue 'none'"),
        Case("basic.consume", channel => channel.BasicConsumeAsync("xq", true, new Consumer(channel)), "read access to queue 'xq'"),
        Case("exchange.declare", channel => channel.ExchangeDeclareAsync("x", "topic"), "configure access to exchange 'x'"),
        Case(
            "exchange.declare, reserved name",
            channel => channel.ExchangeDeclareAsync("amq.none", "topic"),
            "configure access to exchange 'amq.none'"),
        Case(
            "exchange.declare, alternate read",
            channel => channel.ExchangeDeclareAsync("c1", "topic", arguments: Alternate("wx")),
            "read access to exchange 'c1'"),
        Case(
            "exchange.declare, alternate written",
            channel => channel.ExchangeDeclareAsync("cr1", "topic", arguments: Alternate("xx")),
            "write access to exchange 'xx'"),
        Case("exchange.delete", channel => channel.ExchangeDeleteAsync("xx"), "configure access to exchange 'xx'"),
        Case("exchange.bind, destination", channel => channel.ExchangeBindAsync("xx", "rx", ""), "write access to exchange 'xx'"),
        Case("exchange.bind, source", channel => channel.ExchangeBindAsync("wx", "xx", ""), "read access to exchange 'xx'"),
        Case("exchange.unbind, destination", channel => channel.ExchangeUnbindAsync("xx", "rx", ""), "write access to exchange 'xx'"),
        Case("exchange.unbind, source", channel => channel.ExchangeUnbindAsync("wx", "xx", ""), "read access to exchange 'xx'"),
        Case("basic.publish", channel => PublishAsync(channel, "xx", "k"), "write access to exchange 'xx'"),
        Case("basic.publish to nothing", channel => PublishAsync(channel, "none", "k"), "write access to exchange 'none'"),
        Case("basic.publish to the default exchange", channel => PublishAsync(channel, "", "wq"), "write access to exchange 'amq.default'"),
    ];

    private static IEnumerable<TestCaseData> Allowed =>
    [
        Case("passive queue.declare", channel => channel.QueueDeclarePassiveAsync("xq")),
        Case("passive exchange.declare", channel => channel.ExchangeDeclarePassiveAsync("xx")),
        Case("queue.declare and delete", async channel =>
        {
            await channel.QueueDeclareAsync("c2");
            await channel.QueueDeleteAsync("c2");
        }),
        Case("exchange.declare and delete", async channel =>
        {
            await channel.ExchangeDeclareAsync("c2", "topic");
            await channel.ExchangeDeleteAsync("c2");
        }),
        Case("queue.bind and unbind", async channel =>
        {
            await channel.QueueBindAsync("wq", "rx", "");
            await channel.QueueUnbindAsync("wq", "rx", "");
        }),
        Case(
            "queue.declare of one that is there with its dead letters",
            channel => channel.QueueDeclareAsync("cq", exclusive: false, autoDelete: false, durable: true, arguments: DeadLetters("xx"))),
        Case(
            "exchange.declare of one that is there with its alternate",
            channel => channel.ExchangeDeclareAsync("cx", "topic", arguments: Alternate("xx"))),
        Case("basic.publish", channel => PublishAsync(channel, "wx", "k")),
        Case("basic.get and purge", async channel =>
        {
            await channel.BasicGetAsync("rq", true);
            await channel.QueuePurgeAsync("rq");
        }),
    ];

    [OneTimeSetUp]
    public async Task StartABroker()
    {
        _broker = await BrokerInProcess.StartAsync();
        _broker.Broker.VirtualHosts.Put("limited", new("", []));
        _broker.Broker.Permissions.Put(new Permission("guest", "limited", ".*", ".*", ".*"));
        _broker.Broker.Users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("jo", "limited", "^c", "^w", "^(r|cr)"));
        await using var connection = await _broker.Factory(virtualHost: "limited").CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (string name in new[] { "xq", "wq", "rq" })
            await channel.QueueDeclareAsync(name, exclusive: false, autoDelete: false, durable: true);
        foreach (string name in new[] { "xx", "wx", "rx" })
            await channel.ExchangeDeclareAsync(name, "topic");
        await channel.QueueDeclareAsync("cq", exclusive: false, autoDelete: false, durable: true, arguments: DeadLetters("xx"));
        await channel.ExchangeDeclareAsync("cx", "topic", arguments: Alternate("xx"));
    }

    [OneTimeTearDown]
    public async Task StopTheBroker() => await _broker.DisposeAsync();

    [TestCaseSource(nameof(Refused))]
    public async Task What_is_not_allowed_is_refused(Func<IChannel, Task> action, string refusal)
    {
        await using var connection = await _broker.Factory("jo", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);

        var error = await Assert.CatchAsync<Exception>(() => action(channel));

        Assert.That(TextOf(error!, channel), Is.EqualTo($"ACCESS_REFUSED - {refusal} in vhost 'limited' refused for user 'jo'"));
        Assert.That(channel.CloseReason?.ReplyCode, Is.EqualTo(403));
        Assert.That(connection.IsOpen);
    }

    [TestCaseSource(nameof(Allowed))]
    public async Task What_is_allowed_is_done(Func<IChannel, Task> action)
    {
        await using var connection = await _broker.Factory("jo", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);

        await action(channel);

        Assert.That(channel.IsOpen);
    }

    private static IEnumerable<TestCaseData> AllowedAndRefused =>
    [
        Case(
            "to read a queue is not to delete it",
            channel => channel.QueuePurgeAsync("rq"),
            (Func<IChannel, Task>)(channel => channel.QueueDeleteAsync("rq")),
            "configure access to queue 'rq'"),
        Case(
            "to read a queue is not to bind it",
            channel => channel.QueuePurgeAsync("rq"),
            (Func<IChannel, Task>)(channel => channel.QueueBindAsync("rq", "rx", "")),
            "write access to queue 'rq'"),
        Case(
            "to read a queue is not to read another",
            channel => channel.QueuePurgeAsync("rq"),
            (Func<IChannel, Task>)(channel => channel.QueuePurgeAsync("wq")),
            "read access to queue 'wq'"),
        Case(
            "to write to a queue is not to read it",
            channel => channel.QueueBindAsync("wq", "rx", ""),
            (Func<IChannel, Task>)(channel => channel.QueuePurgeAsync("wq")),
            "read access to queue 'wq'"),
        Case(
            "to publish to an exchange is not to bind to it",
            channel => PublishAsync(channel, "wx", "k"),
            (Func<IChannel, Task>)(channel => channel.QueueBindAsync("wq", "wx", "")),
            "read access to exchange 'wx'"),
        Case(
            "to publish to an exchange is not to delete it",
            channel => PublishAsync(channel, "wx", "k"),
            (Func<IChannel, Task>)(channel => channel.ExchangeDeleteAsync("wx")),
            "configure access to exchange 'wx'"),
        Case(
            "to bind to an exchange is not to publish to it",
            channel => channel.QueueBindAsync("wq", "rx", ""),
            (Func<IChannel, Task>)(channel => PublishAsync(channel, "rx", "k")),
            "write access to exchange 'rx'"),
    ];

    /// <summary>
    /// A channel remembers that an access was allowed. It must still check every other kind of access, and accesses to other names.
    /// </summary>
    [TestCaseSource(nameof(AllowedAndRefused))]
    public async Task What_was_allowed_says_nothing_of_what_else_is_asked(
        Func<IChannel, Task> allowed, Func<IChannel, Task> refused, string refusal)
    {
        await using var connection = await _broker.Factory("jo", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);
        await allowed(channel);

        var error = await Assert.CatchAsync<Exception>(() => refused(channel));

        Assert.That(TextOf(error!, channel), Is.EqualTo($"ACCESS_REFUSED - {refusal} in vhost 'limited' refused for user 'jo'"));
    }

    [TestCase("x-modulus-hash")]
    [TestCase("headers")]
    public async Task It_is_missed_by_the_next_publish_to_an_exchange_whose_routes_are_not_remembered_too(string type)
    {
        _broker.Broker.Users.Put(new User("di", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("di", "limited", "^di", ".*", ".*"));
        await using var connection = await _broker.Factory("di", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);
        string exchange = $"di {type}";
        await channel.ExchangeDeclareAsync(exchange, type);
        await channel.QueueBindAsync("wq", exchange, "");
        await PublishAsync(channel, exchange, "k");
        await PublishAsync(channel, exchange, "k");

        _broker.Broker.Permissions.Put(new Permission("di", "limited", "^di", "", ".*"));

        var error = await Assert.CatchAsync<Exception>(() => PublishAsync(channel, exchange, "k"));
        Assert.That(
            TextOf(error!, channel),
            Is.EqualTo($"ACCESS_REFUSED - write access to exchange '{exchange}' in vhost 'limited' refused for user 'di'"));
    }

    [Test]
    public async Task A_permission_to_read_that_is_taken_away_is_missed_by_the_next_get()
    {
        _broker.Broker.Users.Put(new User("ed", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("ed", "limited", "", "", ".*"));
        await using var connection = await _broker.Factory("ed", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);
        await channel.BasicGetAsync("xq", true);

        _broker.Broker.Permissions.Put(new Permission("ed", "limited", "", "", ""));

        var error = await Assert.CatchAsync<Exception>(() => channel.BasicGetAsync("xq", true));
        Assert.That(
            TextOf(error!, channel),
            Is.EqualTo("ACCESS_REFUSED - read access to queue 'xq' in vhost 'limited' refused for user 'ed'"));
    }

    [Test]
    public async Task A_permission_that_is_taken_away_is_missed_by_the_next_publish()
    {
        _broker.Broker.Users.Put(new User("al", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("al", "limited", "", ".*", ""));
        await using var connection = await _broker.Factory("al", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);
        await PublishAsync(channel, "wx", "k");
        await PublishAsync(channel, "wx", "k"); // this publish uses the cached route of an earlier publish

        _broker.Broker.Permissions.Put(new Permission("al", "limited", "", "", ""));

        var error = await Assert.CatchAsync<Exception>(() => PublishAsync(channel, "wx", "k"));
        Assert.That(
            TextOf(error!, channel),
            Is.EqualTo("ACCESS_REFUSED - write access to exchange 'wx' in vhost 'limited' refused for user 'al'"));
    }

    [Test]
    public async Task Who_has_no_permission_in_a_virtual_host_cannot_open_it()
    {
        var error = await Assert.CatchAsync<OperationInterruptedException>(
            () => BrokerInProcess.ConnectAsync(_broker.Factory("jo", "secret")));

        Assert.That(
            (error?.ShutdownReason?.ReplyCode, error?.ShutdownReason?.ReplyText),
            Is.EqualTo((530, "NOT_ALLOWED - access to vhost '/' refused for user 'jo'")));
    }

    [Test]
    public async Task A_topic_permission_decides_over_routing_keys()
    {
        _broker.Broker.Users.Put(new User("topic", PasswordHash.Create("secret"), UserTags.None));
        _broker.Broker.Permissions.Put(new Permission("topic", "limited", "", ".*", ".*"));
        _broker.Broker.Permissions.PutTopic(new TopicPermission("topic", "limited", "wx", "^{username}-{vhost}$", "^mine"));
        await using var connection = await _broker.Factory("topic", "secret", "limited").CreateConnectionAsync();

        await using (var channel = await OpenAsync(connection))
        {
            await PublishAsync(channel, "wx", "topic-limited");
            await PublishAsync(channel, "rx", "any");
            await channel.QueueBindAsync("wq", "wx", "mine");
            await channel.QueueUnbindAsync("wq", "wx", "mine");
        }
        await DemandRefusedAsync(channel => PublishAsync(channel, "wx", "k"), "write access to topic 'k' in exchange 'wx'");
        await DemandRefusedAsync(
            channel => PublishAsync(
                channel,
                "wx",
                "topic-limited",
                new BasicProperties { Headers = new Dictionary<string, object?> { ["CC"] = new List<object> { "cc" } } }),
            "write access to topic 'cc' in exchange 'wx'");
        await DemandRefusedAsync(channel => channel.QueueBindAsync("wq", "wx", "yours"), "read access to topic 'yours' in exchange 'wx'");
        await DemandRefusedAsync(channel => channel.QueueUnbindAsync("wq", "wx", "yours"), "read access to topic 'yours' in exchange 'wx'");
        await DemandRefusedAsync(
            channel => channel.ExchangeBindAsync("rx", "wx", "yours"), "read access to topic 'yours' in exchange 'wx'");

        async Task DemandRefusedAsync(Func<IChannel, Task> action, string refusal)
        {
            await using var channel = await OpenAsync(connection);
            var error = await Assert.CatchAsync<Exception>(() => action(channel));
            Assert.That(TextOf(error!, channel), Is.EqualTo($"ACCESS_REFUSED - {refusal} in vhost 'limited' refused for user 'topic'"));
        }
    }

    [TestCase("", ExpectedResult = "PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'impersonator?'")]
    [TestCase("impersonator", ExpectedResult = null)]
    public async Task<string?> Only_an_impersonator_publishes_as_someone_else(string tags)
    {
        _broker.Broker.Users.Put(new User("impersonator?", PasswordHash.Create("secret"), UserTags.Parse(tags)));
        _broker.Broker.Permissions.Put(new Permission("impersonator?", "limited", "", ".*", ""));
        await using var connection = await _broker.Factory("impersonator?", "secret", "limited").CreateConnectionAsync();
        await using var channel = await OpenAsync(connection);
        try
        {
            await PublishAsync(channel, "wx", "k", new BasicProperties { UserId = "bob" });
        }
        catch (Exception error) when (error is AlreadyClosedException or OperationInterruptedException or PublishException)
        {
        }
        return channel.CloseReason?.ReplyText;
    }

    private static Task<IChannel> OpenAsync(IConnection connection) =>
        connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));

    private static async Task PublishAsync(IChannel channel, string exchange, string routingKey, BasicProperties? properties = null) =>
        await channel.BasicPublishAsync(
            exchange, routingKey, mandatory: false, properties ?? new BasicProperties(), ReadOnlyMemory<byte>.Empty);

    private static string? TextOf(Exception error, IChannel channel) =>
        (error as OperationInterruptedException)?.ShutdownReason?.ReplyText ?? channel.CloseReason?.ReplyText ?? error.ToString();

    private static Dictionary<string, object?> DeadLetters(string exchange) => new() { ["x-dead-letter-exchange"] = exchange };

    private static Dictionary<string, object?> Alternate(string exchange) => new() { ["alternate-exchange"] = exchange };

    private static TestCaseData Case(string name, Func<IChannel, Task> action, params object[] rest) =>
        new TestCaseData([action, .. rest]).SetArgDisplayNames(name);

    private sealed class Consumer(IChannel channel) : AsyncDefaultBasicConsumer(channel);
}
