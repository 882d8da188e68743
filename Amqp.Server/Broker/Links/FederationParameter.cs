using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Links;

/// <summary>Reads upstreams, and sets of upstreams, from their runtime parameters.</summary>
internal static class FederationParameter
{
    /// <summary>Name of the field that holds the name of an upstream in an element of a set.</summary>
    public const string UpstreamName = "upstream";

    /// <summary>Longest delay before another attempt, in seconds.</summary>
    private const long MaxDelay = int.MaxValue / 1000;

    /// <exception cref="ValidationException">The parameter is invalid.</exception>
    public static FederationUpstream Read(string name, FieldValue value)
    {
        var table = TableOf(name, value);
        var fields = new ParameterFields(name, table);
        // Fields are read in an order that gives several refusals the order of RabbitMQ's.
        var upstream = ReadOptions(name, table, fields) with { Uris = fields.Uris("uri", wanted: "list") };
        fields.Complete();
        return upstream;
    }

    /// <summary>Returns the elements of a set of upstreams.</summary>
    /// <exception cref="ValidationException">The parameter is invalid.</exception>
    public static IReadOnlyList<FieldTable> ReadSet(string name, FieldValue value)
    {
        if (value.Type == FieldType.Table && value.AsTable().Count == 0)
            return []; // RabbitMQ accepts an empty object too
        if (value.Type != FieldType.Array)
            throw new ValidationException($"{name} should be list, actually was {ErlangTerm.Of(value)}");
        List<FieldTable> elements = [.. value.AsArray().Select(element => TableOf(name, element))];
        List<string> refusals = [];
        foreach (var element in elements)
        {
            var fields = new ParameterFields(name, element);
            ReadOptions(name, element, fields);
            fields.Needed(UpstreamName);
            refusals.AddRange(fields.Refusals());
        }
        return refusals.Count == 0 ? elements : throw new ValidationException(string.Join('\n', refusals));
    }

    private static FieldTable TableOf(string name, FieldValue value) => value switch
    {
        { Type: FieldType.Table } => value.AsTable(),
        { Type: FieldType.Array } when value.AsArray().Count == 0 => FieldTable.Empty,
        _ => throw new ValidationException($"{name} not a list {ErlangTerm.Of(value)}"),
    };

    private static FederationUpstream ReadOptions(string name, FieldTable table, ParameterFields fields) => new()
    {
        Name = name,
        Fields = table,
        Uris = [],
        UsesOneChannel = fields.Word("channel-use-mode", "multiple", "single") == "single",
        BindsWithoutReply = fields.Flag("bind-nowait"),
        QueueType = fields.Word("queue-type", "classic", "quorum"),
        HaPolicy = fields.Text("ha-policy"),
        CleansUp = fields.Word("resource-cleanup-mode", "default", "never") != "never",
        AckMode = AckModeOf(fields.Word("ack-mode", "no-ack", "on-publish", "on-confirm")),
        TrustsUserId = fields.Flag("trust-user-id"),
        MessageTtl = fields.Number("message-ttl"),
        Expires = fields.Number("expires"),
        MaxHops = Math.Min(fields.Number("max-hops") ?? 1, short.MaxValue), // a binding carries the number in two octets
        ReconnectDelay = TimeSpan.FromSeconds(Math.Min(fields.Number("reconnect-delay") ?? 5, MaxDelay)),
        PrefetchCount = (ushort)Math.Min(fields.Number("prefetch-count") ?? 1000, ushort.MaxValue),
        ConsumerTag = fields.Text("consumer-tag") ?? $"federation-link-{name}",
        Queue = fields.Text("queue"),
        Exchange = fields.Text("exchange"),
    };

    private static AckMode AckModeOf(string? word) => word switch
    {
        "no-ack" => AckMode.NoAck,
        "on-publish" => AckMode.OnPublish,
        _ => AckMode.OnConfirm,
    };
}
