using System.Text;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability.Golden;

/// <summary>Writes the golden directory of this version. <see cref="GoldenTests"/> of later versions read it too.</summary>
/// <remarks>
/// Each run of the broker writes a segment. After the third run, which only settles messages, the next start writes acknowledgement files.
/// The last run is killed, and its segment has no index.
/// </remarks>
[Explicit("replaces the files of this version; run it once, before the version is released")]
public sealed class GoldenWriter
{
    /// <summary>The largest delay, in milliseconds.</summary>
    public const long LongestDelay = uint.MaxValue;

    private readonly SortedDictionary<string, List<string>> _queues = new(StringComparer.Ordinal);
    private BrokerProcess _broker = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    [Test]
    public async Task Write_the_directory_of_this_version()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            string data = Path.Combine(folder, "data");
            string configuration = Path.Combine(folder, "broker.conf");
            await File.WriteAllTextAsync(configuration, "store.disk_reserve = 0\n");
            Directory.CreateDirectory(data);
            long writtenAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            string definitions;
            await using (_broker = await BrokerProcess.StartAsync(data, configuration))
            {
                await GoldenDirectory.ImportAsync(_broker, GoldenDirectory.Topology);
                await ConnectAsync("/");
                await FillAsync();
                await RestartAsync();
                await ReturnAsync();
                await RestartAsync();
                await SettleAsync();
                await RestartAsync();
                await FillFurtherAsync();
                definitions = GoldenDirectory.Comparable(await GoldenDirectory.GetAsync(_broker, "definitions"));
                await Eventually.Holds(HasAcknowledgements, () => "no segment has acknowledgements");
                _broker.Kill();
                await _connection.DisposeAsync();

                bool HasAcknowledgements() => Directory.EnumerateFiles(Path.Combine(data, "segments"), "*.acks").Any();
            }
            new GoldenDirectory(BrokerOptions.OwnVersion).Write(
                data, definitions, writtenAt, new(_queues.ToDictionary(queue => queue.Key, queue => queue.Value.ToArray())));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task FillAsync()
    {
        for (int i = 1; i <= 40; i++)
        {
            await PublishAsync("direct", "k", $"classic {i}", Full(i), "/|classic");
            if (i % 8 == 0)
                await _channel.BasicPublishAsync("direct", "k", true, new BasicProperties(), "transient"u8.ToArray());
        }
        for (int i = 1; i <= 20; i++)
            await PublishAsync("topic", $"orders.{i}", $"quorum {i}", new(), "/|quorum");
        for (int i = 1; i <= 30; i++)
            await PublishAsync("", "priority", $"priority {i}", new() { Priority = (byte)(i % 6 + 1) }, "/|priority");
        // Higher priorities are delivered first. A priority above the queue's maximum counts as the maximum.
        _queues["/|priority"] = [.. _queues["/|priority"].OrderByDescending(Priority)];
        for (int i = 1; i <= 10; i++)
            await PublishAsync("", "ttl", $"ttl {i}", new() { Expiration = i % 2 == 0 ? "864000000" : null }, "/|ttl");
        for (int i = 1; i <= 4; i++)
        {
            // In a delivered message, the value of x-delay is negated.
            long delay = LongestDelay - 3_600_000 * i;
            var delivered = new BasicProperties { Headers = new Dictionary<string, object?> { ["x-delay"] = -delay } };
            await PublishAsync(
                "later", $"{i}", $"delayed {i}", new() { Headers = new Dictionary<string, object?> { ["x-delay"] = delay } });
            Expect("/|(delayed)", "later", $"{i}", $"delayed {i}", delivered);
        }
        _queues["/|(delayed)"].Reverse();
        for (int i = 1; i <= 3; i++)
            await PublishAsync("", "bounded", $"bounded {i}", new(), "/|bounded");
        await PublishAsync("fanout", "to all", "for three queues", new() { Type = "all" }, "/|classic", "/|quorum", "/|by policy");
        await PublishAsync(
            "topic", "a.h", "by headers", new() { Headers = new Dictionary<string, object?> { ["number"] = 7 } }, "/|by policy");

        foreach (var message in await TakeAsync("ttl", 4))
            await _channel.BasicRejectAsync(message.DeliveryTag, requeue: false);
        _queues["/|ttl"].RemoveRange(0, 4);
        await Eventually.Holds(async () => await _channel.MessageCountAsync("dead letters") == 4, () => "no dead letters");
        // Reads the expected dead letters from a second queue that gets the same ones, because the time of the rejection is not known.
        _queues["/|dead letters"] = [.. (await TakeAsync("copies of dead letters", 4)).Select(MessageText.Of)];
        await _channel.BasicAckAsync(4 + 4, multiple: true);

        static int Priority(string line) =>
            Math.Min(5, int.Parse(line[(line.IndexOf(" priority=", StringComparison.Ordinal) + 10)..].Split(' ')[0], null));
    }

    /// <summary>Acknowledges some messages, and returns others. Returned messages of a quorum queue are delivered first.</summary>
    private async Task ReturnAsync()
    {
        var classic = await TakeAsync("classic", 25);
        foreach (int index in new[] { 3, 4, 5, 20, 24 })
            await _channel.BasicAckAsync(classic[index].DeliveryTag, multiple: false);
        _queues["/|classic"] =
        [
            .. _queues["/|classic"].Select((line, index) => index < 25 ? $"redelivered {line}" : line)
                .Where((_, index) => index is not (3 or 4 or 5 or 20 or 24)),
        ];
        var quorum = await TakeAsync("quorum", 6);
        await _channel.BasicAckAsync(quorum[0].DeliveryTag, multiple: false);
        await _channel.BasicAckAsync(quorum[1].DeliveryTag, multiple: false);
        await _channel.BasicNackAsync(0, multiple: true, requeue: true);
        _queues["/|quorum"] =
        [
            .. _queues["/|quorum"][2..6].Select(line => $"redelivered {Counted(line, 1)}"),
            .. _queues["/|quorum"][6..].Select(line => Counted(line, 0)),
        ];
        await Eventually.Holds(
            async () => await _channel.MessageCountAsync("classic") + await _channel.MessageCountAsync("quorum") == 36 + 19,
            () => "messages were not returned");

        static string Counted(string line, int deliveries) =>
            line.Replace(" body=", $" headers={{x-delivery-count={deliveries}}} body=", StringComparison.Ordinal);
    }

    private async Task SettleAsync()
    {
        await TakeAsync("priority", 8);
        await _channel.BasicAckAsync(0, multiple: true);
        _queues["/|priority"].RemoveRange(0, 8);
        await Eventually.Holds(async () => await _channel.MessageCountAsync("priority") == 22, () => "priority was not settled");
    }

    private async Task FillFurtherAsync()
    {
        for (int i = 41; i <= 50; i++)
            await PublishAsync("direct", "k", $"classic {i}", new(), "/|classic");
        await PublishAsync("", "unused", new string('u', 20_000), new(), "/|unused");
        await _connection.DisposeAsync();
        await ConnectAsync("orders/2");
        await PublishAsync("x", "a.1.b", "in the second virtual host", new() { ContentType = "text/plain" }, "orders/2|ключ/%2F");
    }

    private static BasicProperties Full(int number) => number > 2 ? new() : new()
    {
        ContentType = "text/plain",
        ContentEncoding = "utf-8",
        CorrelationId = $"correlation {number}",
        ReplyTo = "replies",
        MessageId = $"message {number}",
        Timestamp = new AmqpTimestamp(1_700_000_000),
        Type = "type",
        UserId = "guest",
        AppId = "application",
        Headers = new Dictionary<string, object?>
        {
            ["boolean"] = true,
            ["byte"] = (byte)1,
            ["short"] = (short)-2,
            ["int"] = 3,
            ["long"] = 4L << 40,
            ["double"] = 0.5,
            ["text"] = "ключ",
            ["nothing"] = null,
            ["time"] = new AmqpTimestamp(1_600_000_000),
            ["list"] = new List<object?> { 1, "two" },
            ["table"] = new Dictionary<string, object?> { ["nested"] = "yes" },
        },
    };

    /// <summary>Publishes a persistent message, waits for its confirm, and adds it to the expected messages of queues.</summary>
    private async Task PublishAsync(string exchange, string key, string body, BasicProperties properties, params string[] queues)
    {
        properties.Persistent = true;
        await _channel.BasicPublishAsync(exchange, key, false, properties, Encoding.UTF8.GetBytes(body));
        foreach (string queue in queues)
            Expect(queue, exchange, key, body, properties);
    }

    private void Expect(string queue, string exchange, string key, string body, BasicProperties properties)
    {
        properties.Persistent = true;
        if (!_queues.TryGetValue(queue, out var lines))
            _queues[queue] = lines = [];
        lines.Add(MessageText.Of(isRedelivered: false, exchange, key, properties, Encoding.UTF8.GetBytes(body)));
    }

    /// <summary>Takes messages from a queue without acknowledging them.</summary>
    private async Task<IReadOnlyList<BasicGetResult>> TakeAsync(string queue, int count)
    {
        var taken = new List<BasicGetResult>();
        while (taken.Count < count)
            taken.Add((await _channel.BasicGetAsync(queue, autoAck: false))!);
        return taken;
    }

    private async Task RestartAsync()
    {
        await _connection.DisposeAsync();
        await _broker.RestartAsync();
        await ConnectAsync("/");
    }

    private async Task ConnectAsync(string virtualHost)
    {
        var factory = new ConnectionFactory { Uri = _broker.Uri, VirtualHost = virtualHost, AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }
}
