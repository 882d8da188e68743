using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// What a client sees of the broker. Every test has clients, queues and exchanges of its own, and what it leaves behind is
/// removed after it, so that all may run at once, against a broker that others use too.
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
        // No wait: an exclusive queue of a client that is just going refuses to be deleted, and goes anyway.
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

    /// <summary>A name that no other test uses, for a queue that is deleted after the test.</summary>
    private protected string NewQueueName()
    {
        _queues.Add(NewName("q"));
        return _queues[^1];
    }

    /// <summary>A name that no other test uses, for an exchange that is deleted after the test.</summary>
    private protected string NewExchangeName()
    {
        _exchanges.Add(NewName("x"));
        return _exchanges[^1];
    }

    /// <summary>A name that nothing bears.</summary>
    private protected static string NewName(string prefix) => $"{prefix}-{Guid.NewGuid():N}";

    /// <summary>A client that has connected and said nothing.</summary>
    private protected async Task<RawClient> DialAsync()
    {
        var client = await RawClient.DialAsync();
        _clients.Add(client);
        return client;
    }

    /// <summary>A client with an open connection.</summary>
    private protected async Task<RawClient> ConnectAsync(
        ushort channelMax = 2047, uint frameMax = 131_072, ushort heartbeat = 0, FieldTable? properties = null)
    {
        var client = await DialAsync();
        await client.OpenAsync(channelMax, frameMax, heartbeat, properties);
        return client;
    }

    /// <summary>A channel on a connection of its own.</summary>
    private protected async Task<RawChannel> OpenChannelAsync() => await (await ConnectAsync()).OpenChannelAsync();

    /// <summary>An exclusive queue of that channel's connection.</summary>
    private protected static async Task<string> DeclareQueueAsync(RawChannel channel, FieldTable? arguments = null)
    {
        string queue = NewName("q");
        await channel.DeclareExclusiveQueueAsync(queue, arguments);
        return queue;
    }

    /// <summary>Returns when what was published before with so much time has none left, by the broker's own clock: a message elsewhere, with a little more, has gone.</summary>
    private protected async Task OutliveAsync(int milliseconds)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", queue, "", new() { Expiration = $"{milliseconds + 50}" });
        await channel.ExpectAsync<BasicAck>(); // it is there, so an empty queue says that it has gone
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the time is never over");
    }

    /// <summary>An exchange that is deleted after the test.</summary>
    private protected async Task<string> DeclareExchangeAsync(RawChannel channel, string type, FieldTable? arguments = null)
    {
        string exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, type, arguments: arguments);
        return exchange;
    }

    /// <summary>Skips the test where RabbitMQ 3.10 does otherwise.</summary>
    /// <param name="reason">What it does, or what later versions do.</param>
    private protected static async Task SkipOnRabbitMqAsync(string reason)
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore(reason);
    }

    /// <summary>A table of one field.</summary>
    private protected static FieldTable Table(string name, FieldValue value) => FieldTable.Empty.With(name, value);
}
