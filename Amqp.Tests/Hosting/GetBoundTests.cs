using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Hosting;

/// <summary>A client gets messages over the HTTP API. The size of the response is limited.</summary>
public class GetBoundTests
{
    private BrokerInProcess _broker = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _broker = await BrokerInProcess.StartAsync("management.get_max_bytes = 40kB");
        _connection = await BrokerInProcess.ConnectAsync(_broker.Factory());
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _http.Dispose();
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [TestCase("ack_requeue_false", 7)]
    [TestCase("reject_requeue_false", 7)]
    [TestCase("ack_requeue_true", 10)]
    [TestCase("reject_requeue_true", 10)]
    public async Task What_does_not_fit_stays_in_the_queue_as_it_was(string mode, int left)
    {
        string queue = await QueueOfAsync(messages: 10, size: 10_000);

        var answered = await GetAsync(queue, 1_000_000_000, mode);

        Assert.That(answered.Select(message => message.GetProperty("payload").GetString()![0]), Is.EqualTo("012"));
        Assert.That((await _channel.QueueDeclarePassiveAsync(queue)).MessageCount, Is.EqualTo(left));
        var rest = new List<(char Name, bool IsRedelivered)>();
        while (await _channel.BasicGetAsync(queue, autoAck: true) is { } message)
            rest.Add(((char)message.Body.Span[0], message.Redelivered));
        Assert.That(rest.TakeLast(7), Is.EqualTo("3456789".Select(name => (name, false))));
    }

    [Test]
    public async Task The_first_message_is_answered_whatever_its_size()
    {
        string queue = await QueueOfAsync(messages: 2, size: 100_000);

        Assert.That(await GetAsync(queue, -1, "ack_requeue_true"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Of_messages_that_are_cut_only_what_is_shown_counts()
    {
        string queue = await QueueOfAsync(messages: 10, size: 100_000);

        var answered = await GetAsync(queue, 10, "ack_requeue_true", truncate: 100);

        Assert.That(
            answered.Select(
                message => (message.GetProperty("payload").GetString()!.Length, message.GetProperty("payload_bytes").GetInt32())),
            Is.EqualTo(Enumerable.Repeat((100, 100_000), 10)));
    }

    [Test]
    public async Task Messages_without_a_body_are_bounded_too()
    {
        string queue = await QueueOfAsync(messages: 200, size: 0);

        Assert.That(await GetAsync(queue, long.MaxValue, "ack_requeue_true"), Has.Length.InRange(40, 100));
    }

    private async Task<string> QueueOfAsync(int messages, int size)
    {
        string queue = (await _channel.QueueDeclareAsync("", durable: false, exclusive: false, autoDelete: false)).QueueName;
        for (int i = 0; i < messages; i++)
        {
            byte[] body = new byte[size];
            body.AsSpan().Fill((byte)('0' + i));
            await _channel.BasicPublishAsync("", queue, body);
        }
        return queue;
    }

    private async Task<JsonElement[]> GetAsync(string queue, long count, string mode, int? truncate = null)
    {
        var body = new Dictionary<string, object> { ["count"] = count, ["ackmode"] = mode, ["encoding"] = "auto" };
        if (truncate is { } octets)
            body["truncate"] = octets;
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        var answer = await _http.PostAsync($"queues/%2F/{queue}/get", content);
        string json = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), json);
        return [.. JsonDocument.Parse(json).RootElement.EnumerateArray()];
    }
}
