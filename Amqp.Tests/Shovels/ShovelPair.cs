using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Shovels;

/// <summary>Two brokers. The shovels run at the first one.</summary>
internal sealed class ShovelPair : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly HttpClient _http = new();

    public BrokerInProcess Here { get; private init; } = null!;

    public BrokerInProcess There { get; private init; } = null!;

    /// <summary>The address of the other broker.</summary>
    public string ThereUri => $"amqp://guest:guest@127.0.0.1:{There.Port}";

    public static async Task<ShovelPair> StartAsync(params string[] settingsThere)
    {
        var pair = new ShovelPair { Here = await BrokerInProcess.StartAsync(), There = await BrokerInProcess.StartAsync(settingsThere) };
        pair._owned.AddRange([pair.Here, pair.There]);
        return pair;
    }

    /// <summary>Starts two brokers, of which the first has settings that depend on the address of the other one.</summary>
    public static async Task<ShovelPair> StartAsync(Func<string, string> settingHere)
    {
        var there = await BrokerInProcess.StartAsync();
        var here = await BrokerInProcess.StartAsync(settingHere($"amqp://guest:guest@127.0.0.1:{there.Port}"));
        var pair = new ShovelPair { Here = here, There = there };
        pair._owned.AddRange([here, there]);
        return pair;
    }

    /// <summary>Opens a channel with confirms that are awaited.</summary>
    public async Task<IChannel> OpenAsync(BrokerInProcess broker)
    {
        var connection = await BrokerInProcess.ConnectAsync(broker.Factory());
        _owned.Add(connection);
        return await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }

    /// <summary>Defines a shovel at the first broker.</summary>
    public async Task PutAsync(string name, object definition)
    {
        var answer = await SendAsync(HttpMethod.Put, $"parameters/shovel/%2F/{name}", new { value = definition });
        Assert.That((int)answer.StatusCode, Is.AnyOf(201, 204), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Returns the shovels of the first broker.</summary>
    public async Task<JsonElement> StatusAsync()
    {
        var answer = await SendAsync(HttpMethod.Get, "shovels", null);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    public async Task WaitForStateAsync(string state) => await Eventually.Holds(
        async () => (await StatusAsync()).EnumerateArray().All(shovel => shovel.GetProperty("state").GetString() == state),
        () => $"the shovel is not {state}");

    /// <summary>Takes the bodies of this many messages from a queue.</summary>
    public static async Task<string[]> TakeAsync(IChannel channel, string queue, int count)
    {
        var bodies = new List<string>();
        await Eventually.Holds(
            async () =>
            {
                while (bodies.Count < count && await GetAsync(channel, queue) is { } message)
                    bodies.Add(Encoding.UTF8.GetString(message.Body.Span));
                return bodies.Count == count;
            },
            () => $"{bodies.Count} of {count} messages came");
        return [.. bodies];
    }

    public static Task<BasicGetResult?> GetAsync(IChannel channel, string queue) => channel.BasicGetAsync(queue, autoAck: true);

    /// <summary>Sends a request to the first broker.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{Here.ManagementPort}/api/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        return await _http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
    }
}
