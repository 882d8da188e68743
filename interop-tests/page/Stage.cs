using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RabbitMQ.Client;

namespace Page;

/// <summary>The objects of one scenario: a name that only this scenario uses, and what was prepared with it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static int _last;

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly Dictionary<string, string> _values;

    public Stage(Site site)
    {
        Site = site;
        _values = new() { ["name"] = string.Create(CultureInfo.InvariantCulture, $"act{Interlocked.Increment(ref _last)}x") };
    }

    public Site Site { get; }

    /// <summary>A name that no other object has.</summary>
    public string Name => _values["name"];

    public ApiClient Api => Site.Api;

    /// <summary>A value of the preparation, such as the id of a job.</summary>
    public string this[string key]
    {
        get => _values[key];
        set => _values[key] = value;
    }

    /// <summary>Replaces <c>{name}</c> and the other keys in braces. <paramref name="encode"/> percent-encodes the values.</summary>
    public string Fill(string text, bool encode = false)
    {
        foreach (var (key, value) in _values)
            text = text.Replace('{' + key + '}', encode ? Uri.EscapeDataString(value) : value, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Replaces the values of another stage by those of this one, also where they are percent-encoded.</summary>
    public string Translate(string text, Stage other)
    {
        text = text.Replace(other.Site.Address, Site.Address, StringComparison.Ordinal);
        foreach (var (key, value) in other._values)
        {
            text = ReplaceWord(text, value, _values[key]);
            text = ReplaceWord(text, Uri.EscapeDataString(value), Uri.EscapeDataString(_values[key]));
        }
        return text;
    }

    /// <summary>Replaces a value that is not a part of a longer word or number.</summary>
    private static string ReplaceWord(string text, string old, string value) =>
        Regex.Replace(text, $@"(?<![\w.:]){Regex.Escape(old)}(?![0-9A-Za-z])", value.Replace("$", "$$", StringComparison.Ordinal));

    public Task<bool> ExistsAsync(params string[] path) => Api.ExistsAsync(path);

    public async Task<bool> IsGoneAsync(params string[] path) => !await Api.ExistsAsync(path);

    /// <summary>True if a field of a resource has a value, written as JSON.</summary>
    public async Task<bool> HasAsync(string field, object value, params string[] path)
    {
        if (!await ExistsAsync(path))
            return false;
        JsonElement found = await Api.GetAsync(path);
        foreach (string part in field.Split('/'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(part, out found))
                return false;
        }
        return JsonElement.DeepEquals(found, JsonSerializer.SerializeToElement(value));
    }

    /// <summary>Declares a durable queue in the virtual host <c>/</c>.</summary>
    public Task QueueAsync(string? name = null, params (string Key, object Value)[] arguments) => Api.DoAsync(
        "PUT", ApiClient.Path("queues", "/", name ?? Name),
        new { durable = true, arguments = arguments.ToDictionary(one => one.Key, one => one.Value) });

    public Task ExchangeAsync(string? name = null, string type = "topic", params (string Key, object Value)[] arguments) => Api.DoAsync(
        "PUT", ApiClient.Path("exchanges", "/", name ?? Name),
        new { type, durable = true, arguments = arguments.ToDictionary(one => one.Key, one => one.Value) });

    public Task BindAsync(string exchange, string queue, string key) =>
        Api.DoAsync("POST", ApiClient.Path("bindings", "/", "e", exchange, "q", queue), new { routing_key = key, arguments = new { } });

    public Task UserAsync(string? name = null, string tags = "") =>
        Api.DoAsync("PUT", ApiClient.Path("users", name ?? Name), new { password = Objects.Password, tags });

    public async Task HostAsync(string? name = null)
    {
        await Api.DoAsync("PUT", ApiClient.Path("vhosts", name ?? Name), new { });
        foreach (string user in (string[])["guest", "ops"])
            await Objects.AllowAsync(Api, name ?? Name, user);
    }

    /// <summary>Publishes messages to a queue, each with the header x-team.</summary>
    public async Task PublishAsync(int count, string? queue = null)
    {
        for (int i = 0; i < count; i++)
            await Objects.PublishAsync(Api, "amq.default", queue ?? Name, $"message {i}", new { x_team = i % 2 == 0 ? "eu" : "us" });
    }

    public Task<bool> ReadyAsync(int count, string? queue = null) => HasAsync("messages_ready", count, "queues", "/", queue ?? Name);

    /// <summary>Opens a connection of a client. The value <c>connection</c> is its name in the API.</summary>
    public async Task<IConnection> ConnectAsync(string user = "guest", string? clientName = null)
    {
        var factory = new ConnectionFactory
        {
            HostName = "127.0.0.1",
            Port = Site.Broker.Port,
            UserName = user,
            Password = user == "guest" ? "guest" : Objects.Password,
            ClientProvidedName = clientName ?? Name,
            AutomaticRecoveryEnabled = false,
        };
        var connection = await factory.CreateConnectionAsync();
        _owned.Add(connection);
        while (!_values.ContainsKey("connection"))
        {
            foreach (var one in (await Api.GetAsync("connections")).EnumerateArray())
            {
                if (one.TryGetProperty("user_provided_name", out var name) && name.GetString() == factory.ClientProvidedName)
                    this["connection"] = one.GetProperty("name").GetString()!;
            }
        }
        return connection;
    }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Disposes an object with the stage.</summary>
    public void Own(IAsyncDisposable one) => _owned.Add(one);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _owned)
            await one.DisposeAsync();
    }
}
