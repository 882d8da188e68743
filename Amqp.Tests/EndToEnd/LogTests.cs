using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>A running broker writes the right log lines.</summary>
public class LogTests
{
    [Test]
    public async Task Lines_are_json_objects_where_that_is_asked_for()
    {
        await using var broker = await StartAsync("log.console.formatter = json");
        await ConnectAndCloseAsync(broker);

        await Eventually.Holds(() => Events(broker).Any(line => Event(line) == "ConnectionClosed"), () => broker.Output);

        JsonElement opened = Events(broker).First(line => Event(line) == "ConnectionOpened");
        Assert.That(opened.GetProperty("domain").GetString(), Is.EqualTo("rabbitmq.connection"));
        Assert.That(opened.GetProperty("meta").GetProperty("user").GetString(), Is.EqualTo("guest"));
    }

    [Test]
    public async Task Levels_change_while_the_broker_runs()
    {
        await using var broker = await StartAsync();
        using var http = Client(broker, "guest");

        Assert.That(await PutAsync(http, "log-levels/connection", """{"level":"error"}"""), Is.EqualTo(HttpStatusCode.NoContent));
        await ConnectAndCloseAsync(broker);
        Assert.That(await PutAsync(http, "log-levels", """{"level":"info"}"""), Is.EqualTo(HttpStatusCode.NoContent));
        await ConnectAndCloseAsync(broker);

        await Eventually.Holds(() => broker.Output.Contains("closed by the client", StringComparison.Ordinal), () => broker.Output);
        Assert.That(broker.Output.Split('\n').Count(line => line.Contains("opened virtual host", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(await PutAsync(http, "log-levels/nothing", """{"level":"info"}"""), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await PutAsync(http, "log-levels", """{"level":"loud"}"""), Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task A_change_over_http_is_logged_with_who_made_it()
    {
        await using var broker = await StartAsync();
        using var http = Client(broker, "guest");

        await PutAsync(http, "queues/%2F/orders", """{"durable":true}""");

        await Eventually.Holds(
            () => broker.Output.Contains(
                "[info] HTTP API: 'guest' from 127.0.0.1: PUT /api/queues/%2F/orders: 201", StringComparison.Ordinal),
            () => broker.Output);
    }

    [Test]
    public async Task Who_may_not_do_what_they_ask_for_over_http_is_logged()
    {
        await using var broker = await StartAsync();
        using var guest = Client(broker, "guest");
        await PutAsync(guest, "users/bob", """{"password":"guest","tags":"management"}""");
        using var bob = Client(broker, "bob");

        Assert.That(
            await PutAsync(bob, "users/eve", """{"password":"x","tags":"administrator"}"""),
            Is.EqualTo(HttpStatusCode.Unauthorized));

        await Eventually.Holds(
            () => broker.Output.Contains(
                "[warning] HTTP API: 'bob' from 127.0.0.1 may not PUT /api/users/eve: Not administrator user", StringComparison.Ordinal),
            () => broker.Output);
    }

    [Test]
    public async Task The_log_goes_to_standard_error_where_that_is_asked_for()
    {
        await using var broker = await StartAsync("log.console.stdio = stderr", "log.console.level = error");

        Assert.That(broker.Errors, Does.Contain("Server startup complete"));
    }

    [Test]
    public async Task All_that_happens_is_logged_where_someone_debugs()
    {
        await using var broker = await StartAsync("log.queue.level = debug");
        using var http = Client(broker, "guest");

        await PutAsync(http, "queues/%2F/orders", """{"durable":true}""");

        await Eventually.Holds(
            () => Regex.IsMatch(broker.Output, @"\[debug\] queue\.created: .*name: orders"), () => broker.Output);
        Assert.That(broker.Output, Does.Not.Contain("[debug] channel."));
    }

    [Test]
    public async Task The_log_is_published_where_that_is_asked_for()
    {
        await using var broker = await StartAsync("log.exchange = true", "log.exchange.formatter = json");
        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        string queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "amq.rabbitmq.log", "info");

        await ConnectAndCloseAsync(broker);

        BasicGetResult? line = null;
        await Eventually.Holds(async () => (line = await channel.BasicGetAsync(queue, autoAck: true)) is not null, () => broker.Output);
        Assert.That((line!.RoutingKey, line.BasicProperties.ContentType), Is.EqualTo(("info", "application/json")));
        Assert.That(Event(JsonDocument.Parse(line.Body).RootElement), Is.EqualTo("ConnectionOpened"));
        Assert.That(line.BasicProperties.Headers!.Keys, Is.EqualTo(new[] { "node" }));
    }

    private static async Task<BrokerProcess> StartAsync(params string[] settings)
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{TestContext.CurrentContext.Test.ID}.conf");
        await File.WriteAllLinesAsync(file, settings);
        return await BrokerProcess.StartAsync(configFile: file);
    }

    private static async Task ConnectAndCloseAsync(BrokerProcess broker)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await connection.CloseAsync();
    }

    private static IEnumerable<JsonElement> Events(BrokerProcess broker) =>
        broker.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement);

    private static string? Event(JsonElement line) => line.TryGetProperty("event", out var name) ? name.GetString() : null;

    private static HttpClient Client(BrokerProcess broker, string user)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:guest")));
        return client;
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var reply = await client.PutAsync(new Uri(path, UriKind.Relative), content);
        return reply.StatusCode;
    }
}
