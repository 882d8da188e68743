using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>Export and import of messages: <c>/api/queues/V/Q/messages/export</c> and <c>import</c>.</summary>
public class MessageFileTests : ApiTests
{
    private string _host = "";
    private RawChannel _channel = null!;

    [SetUp]
    public async Task MakeQueues()
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore("RabbitMQ does not have these resources.");
        _host = await NewVirtualHostAsync();
        _channel = await OpenChannelAsync(_host);
        await _channel.DeclareQueueAsync("q", durable: true);
        await _channel.DeclareQueueAsync("copy", durable: true);
    }

    [Test]
    public async Task An_export_writes_each_message_as_a_line_and_leaves_the_queue_as_it_is()
    {
        await _channel.PublishAsync("", "q", "héllo", new() { MessageId = "m", Headers = new([new("n", FieldValue.FromInt32(7))]) });
        await _channel.PublishAsync(new BasicPublish("", "q", false, false), Encoded.Properties(new()), [0xFF, 0]);
        await _channel.ExpectQuietAsync();

        var answer = await GetAsync($"/queues/{_host}/q/messages/export");

        Assert.That(answer.Message.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/x-ndjson"));
        Assert.That(answer.Body, Is.EqualTo("""
            {"exchange":"","routing_key":"q","properties":{"headers":{"n":{"amqp:I":7}},"message_id":"m"},"payload":"héllo","payload_encoding":"string"}
            {"exchange":"","routing_key":"q","properties":{},"payload":"/wA=","payload_encoding":"base64"}

            """));
        var first = await _channel.GetAsync("q");
        Assert.That((first.Text, first.Method.Redelivered), Is.EqualTo(("héllo", false)));
    }

    [Test]
    public async Task An_import_of_an_export_gives_the_same_messages()
    {
        var random = new Random(1);
        var sent = new List<(BasicProperties Properties, byte[] Body)>();
        for (int i = 0; i < 600; i++)
        {
            byte[] body = new byte[random.Next(100)];
            random.NextBytes(body);
            var headers = new FieldTable([new("i", FieldValue.FromInteger(FieldType.UInt16, i))]);
            var properties = new BasicProperties { Headers = headers, DeliveryMode = 2 };
            sent.Add((properties, body));
            await _channel.PublishAsync(new BasicPublish("", "q", false, false), Encoded.Properties(properties), body);
        }
        await _channel.ExpectQuietAsync();
        string lines = (await GetAsync($"/queues/{_host}/q/messages/export")).Body;

        var answer = await PostAsync($"/queues/{_host}/copy/messages/import", lines);

        Assert.That(answer.Body, Is.EqualTo("""{"lines":600,"imported":600,"mistakes":[]}"""));
        foreach (var (properties, body) in sent)
        {
            var message = await _channel.GetAsync("copy");
            Assert.That((message.Method.RoutingKey, message.Content.Decoded), Is.EqualTo(("q", properties)));
            Assert.That(message.Content.Body, Is.EqualTo(body));
        }
        await _channel.ExpectEmptyAsync("copy");
    }

    [Test]
    public async Task Filter_and_limit_select_what_is_exported()
    {
        for (int i = 0; i < 20; i++)
            await _channel.PublishAsync("", "q", $"{i}");
        await _channel.ExpectQuietAsync();

        string lines = (await GetAsync($"/queues/{_host}/q/messages/export?filter=body~%5E1&limit=3")).Body;

        Assert.That(
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("payload").GetString()),
            Is.EqualTo(["1", "10", "11"]));
    }

    [TestCase("{}", "payload is missing")]
    [TestCase("[]", "it is not a JSON object")]
    [TestCase("""{"payload":7}""", "payload is not a string")]
    [TestCase("""{"payload":"x","payload_encoding":"base64"}""", "payload is not base64: x")]
    [TestCase("""{"payload":"x","payload_encoding":"hex"}""", "payload_encoding is 'hex'; expected string or base64")]
    [TestCase("""{"payload":"x","properties":7}""", "properties is not an object")]
    [TestCase("""{"payload":"x","properties":{"priority":256}}""", "priority is not a number from 0 to 255")]
    [TestCase("""{"payload":"x","properties":{"headers":{"a":{"amqp:I":"x"}}}}""", "'x' is no value of the type amqp:I")]
    [TestCase("""{"payload":"x","properties":{"headers":{"a":{"amqp:Q":7}}}}""", "amqp:Q is not a type of AMQP")]
    [TestCase("""{"payload":"x","properties":{"delivery_mode":9}}""", "invalid message: {delivery_mode_unknown,9}")]
    [TestCase("""{"payload":"x","properties":{"expiration":"soon"}}""", "invalid expiration 'soon': no_integer")]
    [TestCase(
        """{"payload":"x","properties":{"user_id":"other"}}""",
        "user_id property set to 'other' but authenticated user was 'U'")]
    [TestCase("""{"payload":"x","encoded_address":"AAIA"}""", null)]
    [TestCase("""{"payload":"x","encoded_properties":"AAE="}""", null)]
    public async Task A_bad_line_ends_the_import_and_is_named(string line, string? reason)
    {
        string user = await NewUserAsync("management", _host);
        const string good = """{"payload":"good","routing_key":"k"}""";

        var answer = await SendAsync(
            HttpMethod.Post, $"/queues/{_host}/q/messages/import", $"{good}\n\n{line}\n{good}\n", $"{user}:secret");

        Assert.That(answer.Code, Is.EqualTo(400), answer.Body);
        if (reason is not null)
            Assert.That(answer.Reason, Is.EqualTo($"line 3: {reason.Replace("'U'", $"'{user}'", StringComparison.Ordinal)}"));
        Assert.That(answer.Json.GetProperty("imported").GetInt64(), Is.EqualTo(1));
        Assert.That((await _channel.LookUpQueueAsync("q")).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_dry_run_names_all_bad_lines_and_publishes_nothing()
    {
        string path = $"/queues/{_host}/q/messages/import?dry_run=true";
        var answer = await PostAsync(path, "{\"payload\":\"a\"}\nx\n{\"payload\":\"b\"}\n{}\n");

        Assert.That(answer.Code, Is.EqualTo(400));
        var json = answer.Json;
        Assert.That((json.GetProperty("lines").GetInt64(), json.GetProperty("imported").GetInt64()), Is.EqualTo((4, 2)));
        Assert.That(
            json.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetProperty("line").GetInt64()), Is.EqualTo([2, 4]));
        Assert.That((await _channel.LookUpQueueAsync("q")).MessageCount, Is.Zero);
    }

    [Test]
    public async Task A_full_queue_ends_the_import_and_the_rest_can_follow()
    {
        await PutAsync($"/queues/{_host}/small", """{"arguments":{"x-max-length":2,"x-overflow":"reject-publish"}}""");

        var answer = await PostAsync(
            $"/queues/{_host}/small/messages/import", string.Concat(Enumerable.Repeat("{\"payload\":\"a\"}\n", 5)));

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((503, "line 3: queue 'small' is full, or has crashed")));
        Assert.That(
            (answer.Json.GetProperty("imported").GetInt64(), answer.Json.GetProperty("stopped_at").GetInt64()), Is.EqualTo((2, 3)));
    }

    [Test]
    public async Task An_import_may_be_longer_than_the_limit_of_other_requests()
    {
        string line = $$"""{"payload":"{{new string('x', 1 << 20)}}"}""";

        var answer = await PostAsync($"/queues/{_host}/q/messages/import", string.Concat(Enumerable.Repeat(line + "\n", 25)));

        Assert.That(answer.Body, Is.EqualTo("""{"lines":25,"imported":25,"mistakes":[]}"""));
    }

    [TestCase("q", "^$", ".*", 401, 200)]
    [TestCase("q", "^q$", "^$", 200, 401)]
    public async Task An_export_needs_to_read_and_an_import_needs_to_write(string queue, string read, string write, int export, int import)
    {
        string user = await NewUserAsync("management");
        await PutAsync($"/permissions/{_host}/{user}", new { configure = "", read, write });

        Assert.That((await GetAsync($"/queues/{_host}/{queue}/messages/export", $"{user}:secret")).Code, Is.EqualTo(export));
        Assert.That((await PostAsync($"/queues/{_host}/{queue}/messages/import", "", $"{user}:secret")).Code, Is.EqualTo(import));
    }

    [TestCase("/none/messages/export", 404)]
    [TestCase("/q/messages/export?limit=0", 400)]
    [TestCase("/q/messages/export?filter=color=red", 400)]
    public async Task An_export_that_cannot_be_is_refused(string path, int status) =>
        Assert.That((await GetAsync($"/queues/{_host}{path}")).Code, Is.EqualTo(status));

    [TestCase("/none/messages/import", 404)]
    [TestCase("/q/messages/import?dry_run=perhaps", 400)]
    public async Task An_import_that_cannot_be_is_refused(string path, int status) =>
        Assert.That((await PostAsync($"/queues/{_host}{path}", Encoding.UTF8.GetBytes("{}"))).Code, Is.EqualTo(status));
}
