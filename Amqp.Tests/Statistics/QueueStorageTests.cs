using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Statistics;

/// <summary>
/// After random operations on queues, the broker counts as many persistent messages and messages in memory as a simple model.
/// </summary>
/// <remarks>
/// <c>AMQP_TESTS_ROUNDS</c> sets the number of operations; the default is 3,000. A run with the same <c>AMQP_TESTS_SEED</c> makes the same
/// operations. Bytes are not compared after a restart, because the bytes of recovered messages include the properties.
/// </remarks>
public sealed class QueueStorageTests
{
    private const int ComparedEvery = 300;
    private static readonly string[] _queues = ["classic", "transient", "priority", "quorum"];

    /// <summary>Settings with which the broker keeps as little as possible in memory.</summary>
    private static readonly string[] _little =
    [
        "store.segment_size = 1MiB", "store.block_size = 4KiB", "store.resident_memory = 16KiB", "store.max_messages_in_memory = 16",
        "vm_memory_high_watermark.absolute = 100MB", "vm_memory_high_watermark_paging_ratio = 0.001",
    ];

    private readonly HttpClient _http = new();
    private readonly int _seed = TestRounds.Seed;
    private readonly Dictionary<long, Sent> _ready = [];
    private readonly Dictionary<ulong, Sent> _unacknowledged = [];
    private string _directory = null!;
    private Random _random = null!;
    private BrokerProcess? _broker;
    private IConnection? _connection;
    private IChannel _channel = null!;
    private long _lastId;

    private sealed record Sent(long Id, string Queue, bool IsPersistent, int Size);

    [SetUp]
    public void Begin()
    {
        _directory = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        _random = new Random(_seed);
        _ready.Clear();
        _unacknowledged.Clear();
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [OneTimeTearDown]
    public void Dispose() => _http.Dispose();

    [Test]
    public async Task Counts_equal_a_recount_after_random_operations_and_after_restarts([Values] bool isMemoryShort)
    {
        string settings = Path.Combine(_directory, "broker.conf");
        await File.WriteAllLinesAsync(settings, isMemoryShort ? _little : []);
        _broker = await BrokerProcess.StartAsync(Directory.CreateDirectory(Path.Combine(_directory, "data")).FullName, settings);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        int operations = TestRounds.Count(3_000);

        await OpenAsync();
        for (int run = 0; run < 3; run++)
        {
            // After the restart, byte counts are not compared: the count of a recovered message includes its properties.
            bool isFirst = run == 0;
            for (int i = 1; i <= operations / 3; i++)
            {
                await OperateAsync();
                if (i % ComparedEvery == 0)
                    await CompareAsync(isMemoryShort, compareBytes: isFirst);
            }
            await CompareAsync(isMemoryShort, compareBytes: isFirst);
            await RestartAsync();
            await CompareAsync(isMemoryShort, compareBytes: false);
        }
    }

    private async Task OperateAsync()
    {
        string queue = _queues[_random.Next(_queues.Length)];
        switch (_random.Next(100))
        {
            case < 50:
                await PublishAsync(queue);
                break;
            case < 68:
                if (await _channel.BasicGetAsync(queue, autoAck: false) is { } got)
                    Take(got.DeliveryTag, got.Body);
                break;
            case < 72:
                if (await _channel.BasicGetAsync(queue, autoAck: true) is { } gone)
                    _ready.Remove(BitConverter.ToInt64(gone.Body.Span));
                break;
            case < 76:
                await ConsumeAsync(queue);
                break;
            case < 98:
                await SettleAsync();
                break;
            default:
                if (_random.Next(40) > 0)
                    break;
                await _channel.QueuePurgeAsync(queue);
                foreach (var sent in _ready.Values.Where(sent => sent.Queue == queue).ToArray())
                    _ready.Remove(sent.Id);
                break;
        }
    }

    private async Task PublishAsync(string queue)
    {
        var sent = new Sent(++_lastId, queue, IsPersistent: _random.Next(3) > 0, Size: sizeof(long) + _random.Next(1_000));
        var properties = new BasicProperties
        {
            Persistent = sent.IsPersistent,
            Priority = (byte)_random.Next(4),
            MessageId = new string('m', _random.Next(40))
        };
        byte[] body = new byte[sent.Size];
        BitConverter.TryWriteBytes(body, sent.Id);
        await _channel.BasicPublishAsync("", queue, mandatory: false, properties, body);
        _ready.Add(sent.Id, sent);
    }

    /// <summary>Consumes some messages of a queue, and cancels the consumer.</summary>
    private async Task ConsumeAsync(string queue)
    {
        int expected = Math.Min(5, _ready.Values.Count(sent => sent.Queue == queue));
        var received = new List<(ulong Tag, byte[] Body)>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            received.Add((delivery.DeliveryTag, delivery.Body.ToArray()));
            if (received.Count == expected)
                all.TrySetResult();
            return Task.CompletedTask;
        };
        await _channel.BasicQosAsync(0, 5, global: false);
        string tag = await _channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        if (expected > 0)
            await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await _channel.BasicCancelAsync(tag);
        foreach (var (deliveryTag, body) in received)
            Take(deliveryTag, body);
    }

    private async Task SettleAsync()
    {
        if (_unacknowledged.Count == 0)
            return;
        var (tag, sent) = _unacknowledged.ElementAt(_random.Next(_unacknowledged.Count));
        bool isMultiple = _random.Next(10) == 0;
        var settled = isMultiple ? _unacknowledged.Where(entry => entry.Key <= tag).ToArray() : [KeyValuePair.Create(tag, sent)];
        bool isRequeued = false;
        switch (_random.Next(4))
        {
            case 0:
                await _channel.BasicNackAsync(tag, isMultiple, requeue: isRequeued = true);
                break;
            case 1:
                await _channel.BasicNackAsync(tag, isMultiple, requeue: false);
                break;
            default:
                await _channel.BasicAckAsync(tag, isMultiple);
                break;
        }
        foreach (var (key, message) in settled)
        {
            _unacknowledged.Remove(key);
            if (isRequeued)
                _ready.Add(message.Id, message);
        }
    }

    private void Take(ulong tag, ReadOnlyMemory<byte> body)
    {
        _ready.Remove(BitConverter.ToInt64(body.Span), out var sent);
        _unacknowledged.Add(tag, sent!);
    }

    private async Task CompareAsync(bool isMemoryShort, bool compareBytes)
    {
        string differences = "";
        await Eventually.Holds(
            async () => (differences = string.Join("\n", await DifferencesAsync(isMemoryShort, compareBytes))).Length == 0,
            () => $"seed {_seed}:\n{differences}",
            TimeSpan.FromSeconds(10));
    }

    private async Task<IEnumerable<string>> DifferencesAsync(bool isMemoryShort, bool compareBytes)
    {
        using var document = JsonDocument.Parse(
            await _http.GetStringAsync($"http://127.0.0.1:{_broker!.ManagementPort.ToString(CultureInfo.InvariantCulture)}/api/queues"));
        var found = new List<string>();
        foreach (var queue in document.RootElement.EnumerateArray())
        {
            string name = queue.GetProperty("name").GetString()!;
            Sent[] ready = [.. _ready.Values.Where(sent => sent.Queue == name)];
            Sent[] all = [.. ready, .. _unacknowledged.Values.Where(sent => sent.Queue == name)];
            Sent[] persistent = [.. all.Where(sent => sent.IsPersistent && name != "transient")];
            Expect("messages", all.Length);
            Expect("messages_persistent", persistent.Length);
            Expect("messages_unacknowledged_ram", all.Length - ready.Length);
            if (compareBytes)
            {
                Expect("message_bytes", all.Sum(sent => sent.Size));
                Expect("message_bytes_persistent", persistent.Sum(sent => sent.Size));
            }
            if (!isMemoryShort && compareBytes)
            {
                Expect("messages_ram", all.Length);
                Expect("messages_paged_out", 0);
                Expect("message_bytes_ram", all.Sum(sent => sent.Size));
            }
            if (isMemoryShort && name == "transient")
            {
                Expect("messages_ready_ram", ready.Length - Number("messages_paged_out"));
                Expect("message_bytes_ram", all.Sum(sent => sent.Size) - Number("message_bytes_paged_out"));
            }
            long transient = ready.Length - ready.Count(sent => sent.IsPersistent && name != "transient");
            if (Number("messages_paged_out") > transient || Number("messages_ready_ram") > ready.Length - Number("messages_paged_out"))
                found.Add($"{name}: {queue} with {ready.Length} ready, {transient} of them transient");

            long Number(string field) => queue.GetProperty(field).GetInt64();

            void Expect(string field, long expected)
            {
                if (Number(field) != expected)
                    found.Add($"{name}: {field} is {Number(field)}, not {expected}");
            }
        }
        return found;
    }

    private async Task OpenAsync()
    {
        _connection = await new ConnectionFactory { Uri = _broker!.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
        await _channel.QueueDeclareAsync("classic", durable: true, exclusive: false, autoDelete: false);
        await _channel.QueueDeclareAsync("transient", durable: false, exclusive: false, autoDelete: false);
        await _channel.QueueDeclareAsync(
            "priority", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-priority"] = 3 });
        await _channel.QueueDeclareAsync(
            "quorum", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
    }

    private async Task RestartAsync()
    {
        await _connection!.DisposeAsync();
        await _broker!.RestartAsync();
        foreach (var sent in _unacknowledged.Values)
            _ready.Add(sent.Id, sent);
        _unacknowledged.Clear();
        foreach (var sent in _ready.Values.Where(sent => !sent.IsPersistent || sent.Queue == "transient").ToArray())
            _ready.Remove(sent.Id);
        await OpenAsync();
    }
}
