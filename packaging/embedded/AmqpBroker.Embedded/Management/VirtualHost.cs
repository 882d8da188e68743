using System.Text.Json;

namespace AmqpBroker.Embedded.Management;

/// <summary>Queues, exchanges and messages of one virtual host, over the HTTP API.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="name">Name of the virtual host.</param>
internal sealed class VirtualHost(ManagementClient client, string name)
{
    private const string DefaultExchange = "amq.default";
    private const int NotFound = 404;

    /// <summary>Declares a queue.</summary>
    public Task DeclareQueueAsync(
        string queue, bool durable, bool autoDelete, IReadOnlyDictionary<string, object?>? arguments,
        CancellationToken cancellationToken) =>
        client.SendAsync(HttpMethod.Put, Path("queues", queue), json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("durable", durable);
            json.WriteBoolean("auto_delete", autoDelete);
            WriteArguments(json, arguments);
            json.WriteEndObject();
        }, cancellationToken);

    /// <summary>Declares an exchange.</summary>
    public Task DeclareExchangeAsync(
        string exchange,
        string type,
        bool durable,
        bool autoDelete,
        IReadOnlyDictionary<string, object?>? arguments,
        CancellationToken cancellationToken) =>
        client.SendAsync(HttpMethod.Put, Path("exchanges", exchange), json =>
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteBoolean("durable", durable);
            json.WriteBoolean("auto_delete", autoDelete);
            WriteArguments(json, arguments);
            json.WriteEndObject();
        }, cancellationToken);

    /// <summary>Binds a queue to an exchange.</summary>
    public Task BindAsync(
        string queue,
        string exchange,
        string routingKey,
        IReadOnlyDictionary<string, object?>? arguments,
        CancellationToken cancellationToken) =>
        client.SendAsync(HttpMethod.Post, $"{Path("bindings", "e", exchange)}/q/{Escaped(queue)}", json =>
        {
            json.WriteStartObject();
            json.WriteString("routing_key", routingKey);
            WriteArguments(json, arguments);
            json.WriteEndObject();
        }, cancellationToken);

    /// <summary>Returns a queue; null if it does not exist.</summary>
    public async Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            using JsonDocument found =
                await client.SendAsync(HttpMethod.Get, Path("queues", queue), null, cancellationToken).ConfigureAwait(false);
            return ReadQueue(found.RootElement);
        }
        catch (EmbeddedBrokerException exception) when (exception.StatusCode == NotFound)
        {
            return null;
        }
    }

    /// <summary>Returns all queues, sorted by name.</summary>
    public async Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(CancellationToken cancellationToken)
    {
        using JsonDocument list = await client.SendAsync(
            HttpMethod.Get, $"api/queues/{Escaped(name)}", null, cancellationToken).ConfigureAwait(false);
        return [.. list.RootElement.EnumerateArray().Select(ReadQueue).OrderBy(queue => queue.Name, StringComparer.Ordinal)];
    }

    /// <summary>Publishes a message; returns false if no queue received it.</summary>
    public async Task<bool> PublishAsync(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        IReadOnlyDictionary<string, object?>? properties,
        CancellationToken cancellationToken)
    {
        string path = $"{Path("exchanges", exchange.Length == 0 ? DefaultExchange : exchange)}/publish";
        using JsonDocument answer = await client.SendAsync(HttpMethod.Post, path, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("properties");
            JsonValues.WriteTable(json, properties);
            json.WriteString("routing_key", routingKey);
            json.WriteBase64String("payload", body.Span);
            json.WriteString("payload_encoding", "base64");
            json.WriteEndObject();
        }, cancellationToken).ConfigureAwait(false);
        return answer.RootElement.GetProperty("routed").GetBoolean();
    }

    /// <summary>Takes the next message from a queue; returns null if the queue is empty.</summary>
    /// <exception cref="EmbeddedBrokerException">The queue does not exist (404), or the broker does not run.</exception>
    public async Task<BrokerMessage?> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        using JsonDocument answer = await client.SendAsync(HttpMethod.Post, $"{Path("queues", queue)}/get", json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count", 1);
            json.WriteString("ackmode", "ack_requeue_false");
            json.WriteString("encoding", "base64");
            json.WriteEndObject();
        }, cancellationToken).ConfigureAwait(false);
        if (answer.RootElement.GetArrayLength() == 0)
            return null;
        JsonElement message = answer.RootElement[0];
        return new BrokerMessage(
            message.GetProperty("payload").GetBytesFromBase64(),
            message.GetProperty("exchange").GetString()!,
            message.GetProperty("routing_key").GetString()!,
            message.GetProperty("redelivered").GetBoolean(),
            JsonValues.ReadTable(message.GetProperty("properties")));
    }

    private string Path(string kind, string first) => $"api/{kind}/{Escaped(name)}/{Escaped(first)}";

    private string Path(string kind, string first, string second) => $"{Path(kind, first)}/{Escaped(second)}";

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static void WriteArguments(Utf8JsonWriter json, IReadOnlyDictionary<string, object?>? arguments)
    {
        json.WritePropertyName("arguments");
        JsonValues.WriteTable(json, arguments);
    }

    private static QueueInfo ReadQueue(JsonElement queue) => new(queue.GetProperty("name").GetString()!)
    {
        Messages = Number(queue, "messages"),
        MessagesReady = Number(queue, "messages_ready"),
        MessagesUnacknowledged = Number(queue, "messages_unacknowledged"),
        Consumers = (int)Number(queue, "consumers"),
        IsDurable = queue.GetProperty("durable").GetBoolean(),
    };

    private static long Number(JsonElement queue, string property) =>
        queue.TryGetProperty(property, out JsonElement value) && value.TryGetInt64(out long number) ? number : 0;
}
