using System.Text.Json;

namespace Amqp.Server.Migration;

/// <summary>A queue as the HTTP API of its broker describes it. RabbitMQ updates the counts only every few seconds.</summary>
/// <param name="Key">Name and virtual host.</param>
/// <param name="Type"><c>classic</c>, <c>quorum</c> or <c>stream</c>.</param>
/// <param name="IsDurable">True if the queue survives a restart of its broker.</param>
/// <param name="IsAutoDelete">True if the queue is deleted with its last consumer.</param>
/// <param name="IsExclusive">True if only one connection can use the queue.</param>
/// <param name="Ready">Number of messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Number of messages that consumers hold.</param>
/// <param name="Bytes">Octets of all message bodies.</param>
/// <param name="Consumers">Number of consumers.</param>
/// <param name="Arguments">The arguments of the declaration.</param>
/// <param name="Policy">The merged definition of the policies that match.</param>
internal sealed record QueueFacts(
    QueueKey Key, string Type, bool IsDurable, bool IsAutoDelete, bool IsExclusive, long Ready, long Unacknowledged, long Bytes,
    long Consumers, JsonElement? Arguments, JsonElement? Policy)
{
    /// <summary>True if the name is one that only the broker itself gives.</summary>
    public bool IsServerNamed => Key.Name.StartsWith("amq.", StringComparison.Ordinal);

    public bool IsStream => Type == "stream";

    /// <summary>Average size of a body in octets; 0 without messages.</summary>
    public long AverageBytes => Ready + Unacknowledged > 0 ? Bytes / (Ready + Unacknowledged) : 0;

    public static QueueFacts Of(JsonElement queue) => new(
        new QueueKey(queue.Text("vhost"), queue.Text("name")),
        TypeOf(queue), queue.Flag("durable"), queue.Flag("auto_delete"), queue.Flag("exclusive"), queue.Number("messages_ready"),
        queue.Number("messages_unacknowledged"), queue.Number("message_bytes"), queue.Number("consumers"), queue.Find("arguments"),
        queue.Find("effective_policy_definition"));

    /// <summary>True if an argument or a policy sets a rule, such as <c>message-ttl</c>.</summary>
    public bool Has(string rule) => Arguments?.Find($"x-{rule}") is not null || Policy?.Find(rule) is not null;

    private static string TypeOf(JsonElement queue) => queue.Text("type") is { Length: > 0 } type ? type
        : queue.Find("arguments")?.Text("x-queue-type") is { Length: > 0 } argument ? argument : "classic";
}
