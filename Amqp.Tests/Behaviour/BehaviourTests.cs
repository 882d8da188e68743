using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Base of the tests of AMQP behaviour. Each test has its own clients, queues and exchanges, so tests may run in parallel on one broker.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[Category("Behaviour")]
public abstract class BehaviourTests
{
    private readonly List<RawClient> _clients = [];
    private readonly List<string> _queues = [];
    private readonly List<string> _exchanges = [];

    [TearDown]
    public async Task RemoveWhatTheTestMade()
    {
        foreach (var client in _clients.ToList())
            await client.DisposeAsync();
        if (_queues.Count + _exchanges.Count == 0)
            return;
        await using var cleaner = await RawClient.DialAsync();
        await cleaner.OpenAsync();
        // The clean-up ignores errors. For example, an exclusive queue cannot be deleted here, but the broker deletes it when its
        // connection closes.
        ushort number = 0;
        foreach (string queue in _queues)
        {
            var channel = await cleaner.OpenChannelAsync(++number);
            await channel.SendAsync(new QueueDelete(queue, false, false, false));
            await cleaner.ReceiveAsync(number);
        }
        var exchanges = await cleaner.OpenChannelAsync(++number);
        foreach (string exchange in _exchanges)
            await exchanges.DeleteExchangeAsync(exchange);
    }

    /// <summary>Returns a unique name for a queue. The clean-up after the test deletes a queue with this name.</summary>
    private protected string NewQueueName()
    {
        _queues.Add(NewName("q"));
        return _queues[^1];
    }

    /// <summary>Returns a unique name for an exchange. The clean-up after the test deletes an exchange with this name.</summary>
    private protected string NewExchangeName()
    {
        _exchanges.Add(NewName("x"));
        return _exchanges[^1];
    }

    private protected static string NewName(string prefix) => $"{prefix}-{Guid.NewGuid():N}";

    /// <summary>Opens a TCP connection without sending anything.</summary>
    private protected async Task<RawClient> DialAsync()
    {
        var client = await RawClient.DialAsync();
        _clients.Add(client);
        return client;
    }

    /// <summary>Connects a client, and opens its AMQP connection.</summary>
    private protected async Task<RawClient> ConnectAsync(
        ushort channelMax = 2047, uint frameMax = 131_072, ushort heartbeat = 0, FieldTable? properties = null)
    {
        var client = await DialAsync();
        await client.OpenAsync(channelMax, frameMax, heartbeat, properties);
        return client;
    }

    /// <summary>Opens a channel on a new connection.</summary>
    private protected async Task<RawChannel> OpenChannelAsync() => await (await ConnectAsync()).OpenChannelAsync();

    /// <summary>Declares an exclusive queue with a unique name.</summary>
    private protected static async Task<string> DeclareQueueAsync(RawChannel channel, FieldTable? arguments = null)
    {
        string queue = NewName("q");
        await channel.DeclareExclusiveQueueAsync(queue, arguments);
        return queue;
    }

    /// <summary>Waits until every message published earlier with this time to live has expired by the broker's clock.</summary>
    /// <remarks>Publishes a message with a slightly longer time to live to another queue, and waits for its expiry.</remarks>
    private protected async Task OutliveAsync(int milliseconds)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", queue, "", new() { Expiration = $"{milliseconds + 50}" });
        await channel.ExpectAsync<BasicAck>(); // now the queue has the message, so an empty queue means that the message has expired
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the message does not expire");
    }

    /// <summary>Declares an exchange with a unique name. The clean-up after the test deletes the exchange.</summary>
    private protected async Task<string> DeclareExchangeAsync(RawChannel channel, string type, FieldTable? arguments = null)
    {
        string exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, type, arguments: arguments);
        return exchange;
    }

    /// <summary>Skips the test if it runs against RabbitMQ 3.10, which behaves differently.</summary>
    /// <param name="reason">RabbitMQ's different behaviour.</param>
    private protected static async Task SkipOnRabbitMqAsync(string reason)
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore(reason);
    }

    private protected static FieldTable Table(string name, FieldValue value) => FieldTable.Empty.With(name, value);
}
