using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Federation;

/// <summary>Several brokers, whose clusters are called n0, n1 and so on.</summary>
internal sealed class FederatedBrokers : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<BrokerInProcess> _brokers = [];
    private readonly HttpClient _http = new();

    public BrokerInProcess this[int broker] => _brokers[broker];

    public static async Task<FederatedBrokers> StartAsync(int count)
    {
        var brokers = new FederatedBrokers();
        for (int i = 0; i < count; i++)
            brokers._brokers.Add(await BrokerInProcess.StartAsync($"cluster_name = n{i}"));
        return brokers;
    }

    /// <summary>Address of a broker.</summary>
    public string UriOf(int broker) => $"amqp://guest:guest@127.0.0.1:{_brokers[broker].Port}";

    /// <summary>Opens a channel with confirms that are awaited.</summary>
    public async Task<IChannel> OpenAsync(int broker, string virtualHost = "/")
    {
        var connection = await BrokerInProcess.ConnectAsync(_brokers[broker].Factory(virtualHost: virtualHost));
        _owned.Add(connection);
        return await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }

    /// <summary>Defines an upstream of one broker at another one, with the name <c>u</c> and the upstream's number.</summary>
    public Task ConnectAsync(int downstream, int upstream, params (string Name, object Value)[] options)
    {
        var value = options.ToDictionary(option => option.Name, option => option.Value);
        value.TryAdd("uri", UriOf(upstream));
        value.TryAdd("reconnect-delay", 1);
        return SetAsync(downstream, $"parameters/federation-upstream/%2F/u{upstream}", new { value });
    }

    /// <summary>Federates the exchanges and queues whose names begin with <c>f</c>, with all upstreams.</summary>
    public Task FederateAsync(int broker) => SetAsync(
        broker, "policies/%2F/fed",
        new Dictionary<string, object>
        {
            ["pattern"] = "^f",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream-set"] = "all" },
        });

    public async Task SetAsync(int broker, string path, object body)
    {
        var answer = await SendAsync(broker, HttpMethod.Put, path, body);
        Assert.That((int)answer.StatusCode, Is.AnyOf(201, 204), await answer.Content.ReadAsStringAsync());
    }

    public async Task DeleteAsync(int broker, string path) =>
        Assert.That((int)(await SendAsync(broker, HttpMethod.Delete, path, null)).StatusCode, Is.EqualTo(204));

    public async Task<JsonElement[]> ListAsync(int broker, string path)
    {
        var answer = await SendAsync(broker, HttpMethod.Get, path, null);
        return [.. JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray()];
    }

    /// <summary>Waits until this number of links of a broker runs, and no other.</summary>
    public async Task WaitForLinksAsync(int broker, int count)
    {
        JsonElement[] links = [];
        await Eventually.Holds(
            async () => (links = await ListAsync(broker, "federation-links")).Length == count
                && links.All(link => link.GetProperty("status").GetString() == "running"),
            () => $"not {count} running links: {string.Join('\n', links)}");
    }

    /// <summary>Returns the routing keys with which an exchange is bound to the exchanges of links.</summary>
    public async Task<string[]> BoundKeysAsync(int broker, string exchange) =>
    [
        .. (await ListAsync(broker, $"exchanges/%2F/{exchange}/bindings/source"))
            .Where(binding => binding.GetProperty("destination").GetString()!.StartsWith("federation: ", StringComparison.Ordinal))
            .Select(binding => binding.GetProperty("routing_key").GetString()!)
            .Order(StringComparer.Ordinal),
    ];

    public Task WaitForKeysAsync(int broker, string exchange, params string[] keys)
    {
        string[] now = [];
        return Eventually.Holds(
            async () => (now = await BoundKeysAsync(broker, exchange)).SequenceEqual(keys), () => $"bound: {string.Join(' ', now)}");
    }

    /// <summary>Declares a durable exchange, and a queue that is bound to it.</summary>
    public static async Task DeclareAsync(IChannel channel, string exchange, string type, string queue, string key)
    {
        await channel.ExchangeDeclareAsync(exchange, type, durable: true, autoDelete: false);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, exchange, key);
    }

    public static ValueTask PublishAsync(IChannel channel, string exchange, string key, string body) =>
        channel.BasicPublishAsync(exchange, key, false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(body));

    /// <summary>Takes this many messages from a queue.</summary>
    public static async Task<BasicGetResult[]> TakeAsync(IChannel channel, string queue, int count)
    {
        var messages = new List<BasicGetResult>();
        await Eventually.Holds(
            async () =>
            {
                while (messages.Count < count && await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                    messages.Add(message);
                return messages.Count == count;
            },
            () => $"{messages.Count} of {count} messages came");
        return [.. messages];
    }

    public static async Task<string[]> TakeBodiesAsync(IChannel channel, string queue, int count) =>
        [.. (await TakeAsync(channel, queue, count)).Select(message => Encoding.UTF8.GetString(message.Body.Span))];

    /// <summary>Returns the tables of the header <c>x-received-from</c>.</summary>
    public static IDictionary<string, object?>[] Received(IReadOnlyBasicProperties properties) =>
        [.. ((List<object?>)properties.Headers!["x-received-from"]!).Cast<IDictionary<string, object?>>()];

    /// <summary>Returns a text of a header's table.</summary>
    public static string? Text(object? value) => value is byte[] octets ? Encoding.UTF8.GetString(octets) : value?.ToString();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var owned in _owned.Concat(_brokers))
            await owned.DisposeAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(int broker, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{_brokers[broker].ManagementPort}/api/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        return await _http.SendAsync(request);
    }
}
