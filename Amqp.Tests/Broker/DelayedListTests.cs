using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Storage.Messages;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Broker;

/// <summary>Operators list the messages that a delaying exchange holds, and cancel them for good.</summary>
public sealed class DelayedListTests
{
    private const string Delayed = "/exchanges/%2F/x/delayed";
    private const int Hour = 3_600_000;

    [Test]
    public async Task Messages_are_listed_in_the_order_in_which_they_are_due_page_by_page()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await DeclareAsync(broker);
        int[] delays = [.. Enumerable.Range(1, 200)];
        new Random(1).Shuffle(delays);
        foreach (int delay in delays)
            await PublishAsync(channel, $"{delay}", Hour + 1_000 * delay);

        var texts = new List<string>();
        long offset = 0;
        for (JsonElement page = default; page.ValueKind == JsonValueKind.Undefined || IsNumber(page, "next_offset", out offset);)
        {
            page = await ListAsync(broker, $"?limit=30&offset={offset}");
            texts.AddRange(Column(page, "payload"));
            Assert.That(page.GetProperty("messages_delayed").GetInt32(), Is.EqualTo(200));
        }

        Assert.That(texts, Is.EqualTo(Enumerable.Range(1, 200).Select(delay => $"{delay}")));
    }

    [Test]
    public async Task A_message_is_shown_with_its_due_time_and_content()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await DeclareAsync(broker);
        await PublishAsync(channel, new string('x', 3_000), Hour);

        var message = (await ListAsync(broker, "?truncate=5")).GetProperty("messages")[0];

        long due = message.GetProperty("due").GetInt64();
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(due), Is.EqualTo(DateTimeOffset.UtcNow.AddHours(1)).Within(TimeSpan.FromMinutes(1)));
        Assert.That(message.GetProperty("remaining").GetInt64(), Is.InRange(Hour - 60_000, Hour + 1));
        Assert.That(
            (message.GetProperty("exchange").GetString(), message.GetProperty("routing_key").GetString(),
                message.GetProperty("payload").GetString(), message.GetProperty("payload_bytes").GetInt32(),
                message.GetProperty("properties").GetProperty("headers").GetProperty("x-delay").GetInt32()),
            Is.EqualTo(("x", "k", "xxxxx", 3_000, Hour)));
    }

    [Test]
    public async Task A_cancelled_message_is_never_delivered_and_the_others_are()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await DeclareAsync(broker);
        await PublishAsync(channel, "first", 1_500);
        await PublishAsync(channel, "cancelled", 1_600);
        await PublishAsync(channel, "last", 1_700);
        var page = await ListAsync(broker);

        Assert.That((await broker.HttpAsync("DELETE", $"{Delayed}/{Column(page, "id")[1]}")).Code, Is.EqualTo(204));

        Assert.That(Column(await ListAsync(broker), "payload"), Is.EqualTo(new[] { "first", "last" }));
        Assert.That((await broker.HttpAsync("DELETE", $"{Delayed}/{Column(page, "id")[1]}")).Code, Is.EqualTo(404));
        await Eventually.Holds(
            () => broker.Queue("q").Counts.Ready == 2 && broker.Exchange("x").Count == 0, () => "the messages are not delivered");
        Assert.That(
            (await TakeAsync(channel), await TakeAsync(channel), await TakeAsync(channel)), Is.EqualTo(("first", "last", (string?)null)));
        Assert.That(broker.Exchange("x").Count, Is.Zero);
    }

    [Test]
    public async Task An_id_stays_the_same_and_a_cancellation_survives_a_kill()
    {
        string directory = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            await using var broker = await BrokerProcess.StartAsync(directory);
            await using (var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync())
            {
                var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
                await DeclareAsync(channel);
                for (int i = 0; i < 5; i++)
                    await PublishAsync(channel, $"{i}", Hour + 1_000 * i);
            }
            var before = await ProcessListAsync(broker);
            string[] ids = Column(before, "id");

            using (var http = Http())
                Assert.That((int)(await http.DeleteAsync(Path(broker) + $"/{ids[3]}")).StatusCode, Is.EqualTo(204));
            broker.Kill();
            await broker.RestartAsync();

            JsonElement after = default;
            await Eventually.Holds(
                async () => (after = await ProcessListAsync(broker)).GetProperty("messages_loading").GetInt32() == 0,
                () => "the messages are not loaded");
            Assert.That(Column(after, "id"), Is.EqualTo(ids.Where((_, i) => i != 3)));
            Assert.That(Column(after, "payload"), Is.EqualTo(new[] { "0", "1", "2", "4" }));
            Assert.That(Column(after, "due"), Is.EqualTo(Column(before, "due").Where((_, i) => i != 3)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public async Task A_user_needs_the_permission_to_read_for_a_list_and_to_configure_for_a_cancellation()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await PublishAsync(await DeclareAsync(broker), "kept", Hour);
        string id = Column(await ListAsync(broker), "id")[0];
        await broker.HttpAsync("PUT", "/users/u", """{"password":"secret","tags":"management"}""");

        foreach (var (configure, read, codes) in new[] { ("", "x", (200, 401)), ("", "", (401, 401)), ("x", "", (401, 204)) })
        {
            await broker.HttpAsync(
                "PUT", "/permissions/%2F/u", $$"""{"configure":"^{{configure}}$","write":"","read":"^{{read}}$"}""");
            Assert.That(
                ((await broker.HttpAsync("GET", Delayed, login: "u:secret")).Code,
                    (await broker.HttpAsync("DELETE", $"{Delayed}/{id}", login: "u:secret")).Code),
                Is.EqualTo(codes));
        }
    }

    [TestCase("GET", "/exchanges/%2F/none/delayed", 404, "Not Found")]
    [TestCase("GET", "/exchanges/%2F/amq.direct/delayed", 400, "exchange 'amq.direct' has the type direct, and not x-delayed-message")]
    [TestCase("GET", Delayed + "?limit=0", 400, "limit: '0' is not a whole number from 1 to 1000")]
    [TestCase("DELETE", Delayed + "/1-1-1", 404, "Not Found")]
    [TestCase("DELETE", Delayed + "/99-1", 404, "Not Found")]
    [TestCase("DELETE", Delayed + "/x", 404, "Not Found")]
    public async Task A_request_that_cannot_be_is_refused(string method, string path, int code, string reason)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await DeclareAsync(broker);

        var answer = await broker.HttpAsync(method, path);

        Assert.That(
            (answer.Code, JsonDocument.Parse(answer.Body).RootElement.GetProperty("reason").GetString()), Is.EqualTo((code, reason)));
    }

    [Test]
    public void A_part_of_many_messages_is_sorted_as_in_the_whole_order()
    {
        var random = new Random(2);
        for (int round = 0; round < 200; round++)
        {
            (StoredMessage Message, (long Due, long Sequence) Time)[] messages =
            [
                .. Enumerable.Range(0, random.Next(1, 500)).Select(i => (default(StoredMessage), ((long)random.Next(50), (long)i))),
            ];
            random.Shuffle(messages);
            var expected = messages.OrderBy(message => message.Time).ToArray();
            int from = random.Next(messages.Length + 1), to = from + random.Next(messages.Length + 1 - from);

            DueOrder.Sort(messages, from, to);

            Assert.That(messages[from..to], Is.EqualTo(expected[from..to]));
            Assert.That(messages.OrderBy(message => message.Time), Is.EqualTo(expected), "no message was lost");
        }
    }

    private static async Task<IChannel> DeclareAsync(FaultyBroker broker)
    {
        var channel = await broker.ChannelAsync();
        await DeclareAsync(channel);
        return channel;
    }

    private static async Task DeclareAsync(IChannel channel)
    {
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.QueueBindAsync("q", "x", "");
    }

    private static async Task PublishAsync(IChannel channel, string text, int delay) => await channel.BasicPublishAsync(
        "x", "k", false,
        new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["x-delay"] = delay } },
        Encoding.UTF8.GetBytes(text));

    private static async Task<string?> TakeAsync(IChannel channel) =>
        await channel.BasicGetAsync("q", true) is { } got ? Encoding.UTF8.GetString(got.Body.Span) : null;

    private static async Task<JsonElement> ListAsync(FaultyBroker broker, string query = "")
    {
        var (code, body) = await broker.HttpAsync("GET", Delayed + query);
        Assert.That(code, Is.EqualTo(200), body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static async Task<JsonElement> ProcessListAsync(BrokerProcess broker)
    {
        using var http = Http();
        return JsonDocument.Parse(await http.GetStringAsync(Path(broker))).RootElement;
    }

    private static string Path(BrokerProcess broker) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{broker.ManagementPort}/api{Delayed}");

    private static HttpClient Http() => new()
    {
        DefaultRequestHeaders =
        {
            Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8)),
        },
    };

    private static bool IsNumber(JsonElement page, string field, out long number)
    {
        number = 0;
        return page.GetProperty(field) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out number);
    }

    private static string[] Column(JsonElement page, string field) =>
        [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty(field).ToString())];
}
