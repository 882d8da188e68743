using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Migration;

/// <summary>The contents of a broker, as its HTTP API describes them.</summary>
/// <param name="Overview">Product, version and exchange types.</param>
/// <param name="Queues">All queues that the user may see.</param>
/// <param name="Exchanges">All exchanges that the user may see.</param>
/// <param name="Definitions">The exported definitions; null if they were not read.</param>
internal sealed record BrokerInventory(
    JsonElement Overview, IReadOnlyList<QueueFacts> Queues, IReadOnlyList<JsonElement> Exchanges, JsonElement? Definitions)
{
    /// <summary>Product and version, such as <c>RabbitMQ 3.10.8</c>.</summary>
    public string Product => Overview.Text("product_name") is { Length: > 0 } name
        ? $"{name} {Overview.Text("product_version")}"
        : $"version {Overview.Text("rabbitmq_version")}";

    /// <summary>True if the broker says that it is RabbitMQ itself.</summary>
    public bool IsRabbitMq => Overview.Text("product_name") == "RabbitMQ";

    /// <summary>Name of the cluster.</summary>
    public string ClusterName => Overview.Text("cluster_name");

    /// <summary>Names of the exchange types that the broker has.</summary>
    public IReadOnlySet<string> ExchangeTypes => Overview.List("exchange_types").Select(type => type.Text("name")).ToHashSet();

    /// <summary>The port for AMQP without TLS; null if the broker does not tell it.</summary>
    public int? AmqpPort => Overview.List("listeners").Where(listener => listener.Text("protocol") == "amqp")
        .Select(listener => (int?)listener.Number("port")).FirstOrDefault();

    /// <summary>Returns this inventory with other counts of ready messages. The count of a queue without one stays.</summary>
    public BrokerInventory With(IReadOnlyDictionary<QueueKey, long> ready) => this with
    {
        Queues = [.. Queues.Select(queue => ready.TryGetValue(queue.Key, out long count) ? queue with { Ready = count } : queue)],
    };

    /// <summary>Reads the inventory.</summary>
    /// <exception cref="ApiFailure">The broker cannot be reached, or the user may not read it.</exception>
    /// <param name="api">The HTTP API of the broker.</param>
    /// <param name="definitions">True if the definitions are needed; false to read them only if the user may.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<BrokerInventory> ReadAsync(ApiClient api, bool definitions, CancellationToken cancellation)
    {
        JsonElement overview = await api.GetAsync("overview", "overview", cancellation);
        JsonElement queues = await api.GetAsync("queues", "list of queues", cancellation);
        JsonElement exchanges = await api.GetAsync("exchanges", "list of exchanges", cancellation);
        ApiAnswer answer = await api.AskAsync(HttpMethod.Get, "definitions", cancellation: cancellation);
        if (definitions && !answer.IsSuccess)
            throw ApiFailure.Of(api.Login, answer, "definitions");
        return new BrokerInventory(
            overview, [.. queues.EnumerateArray().Select(QueueFacts.Of)], [.. exchanges.EnumerateArray()],
            answer.IsSuccess ? answer.Json : null);
    }
}
