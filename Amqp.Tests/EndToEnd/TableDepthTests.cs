using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.EndToEnd;

/// <summary>
/// A broker is configured to accept tables that are nested very deeply. Recursive code would overflow the stack of any thread.
/// </summary>
public sealed class TableDepthTests
{
    private const int Depth = 16_000;

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private RawChannel _channel = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync($"max_table_depth = {Depth}");
        _client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await _client.OpenAsync();
        _channel = await _client.OpenChannelAsync();
        await _channel.DeclareQueueAsync("events");
        await _channel.BindQueueAsync("events", "amq.rabbitmq.event", "queue.created");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task A_message_goes_through_dead_lettering_and_the_http_api([Values('A', 'F')] char type)
    {
        await _channel.DeclareQueueAsync($"dead-{type}");
        await _channel.DeclareQueueAsync($"live-{type}", arguments: FieldTable.Empty
            .With("x-message-ttl", FieldValue.FromInt32(0))
            .With("x-dead-letter-exchange", FieldValue.FromString(""))
            .With("x-dead-letter-routing-key", FieldValue.FromString($"dead-{type}")));

        await _channel.PublishAsync("", $"live-{type}", "body", new BasicProperties { Headers = Nested(type) });
        await _channel.CountMessagesAsync([$"dead-{type}"], 1);

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        var answer = await http.PostAsJsonAsync(
            $"queues/%2f/dead-{type}/get", new { count = 1, ackmode = "ack_requeue_true", encoding = "auto" });
        using var messages = JsonDocument.Parse(
            await answer.Content.ReadAsByteArrayAsync(), new JsonDocumentOptions { MaxDepth = Depth + 10 });
        var headers = messages.RootElement[0].GetProperty("properties").GetProperty("headers");
        Assert.That(DepthOf(headers.GetProperty("deep")), Is.EqualTo(Depth));
        Assert.That((await _channel.GetAsync($"dead-{type}")).Content.Decoded.Headers!["deep"], Is.EqualTo(Nested(type)["deep"]));
    }

    [Test]
    public async Task An_argument_is_compared_and_told_of([Values('A', 'F')] char type)
    {
        await _channel.DeclareQueueAsync($"declared-{type}", arguments: Nested(type));
        await _channel.DeclareQueueAsync($"declared-{type}", arguments: Nested(type));

        RawMessage<BasicGetOk> created;
        do
        {
            await Eventually.Holds(
                async () => (await _channel.LookUpQueueAsync("events")).MessageCount > 0,
                () => "no event names the queue");
            created = await _channel.GetAsync("events");
        }
        while (created.Content.Decoded.Headers!["name"]?.AsString() != $"declared-{type}");
        string argument = Encoding.UTF8.GetString(created.Content.Decoded.Headers!["arguments"]!.Value.AsArray()[0].AsBytes());
        Assert.That(argument.Count(character => character == '['), Is.EqualTo(Depth));
    }

    private static int DepthOf(JsonElement value)
    {
        int depth = 0;
        for (; value.ValueKind is JsonValueKind.Array or JsonValueKind.Object; depth++)
            value = value.ValueKind == JsonValueKind.Array ? value[0] : value.GetProperty("k");
        return depth;
    }

    private static FieldTable Nested(char type)
    {
        var value = FieldValue.FromInt32(1);
        for (int level = 0; level < Depth; level++)
            value = type == 'A' ? FieldValue.FromArray([value]) : FieldValue.FromTable(FieldTable.Empty.With("k", value));
        return FieldTable.Empty.With("deep", value);
    }
}
