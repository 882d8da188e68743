using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Links;

/// <summary>Reads a shovel from its runtime parameter. Newer and older names of fields are accepted, as in RabbitMQ.</summary>
internal static class ShovelParameter
{
    private static readonly string[] _properties =
    [
        "content_type", "content_encoding", "delivery_mode", "priority", "correlation_id", "reply_to", "expiration", "message_id",
        "timestamp", "type", "user_id", "app_id", "cluster_id", "headers",
    ];

    /// <exception cref="ValidationException">The parameter is invalid.</exception>
    public static ShovelDefinition Read(string virtualHost, string name, FieldValue value)
    {
        if (value.Type != FieldType.Table)
            throw new ValidationException($"{name} not a list {ErlangTerm.Of(value)}");
        var fields = new ParameterFields(name, value.AsTable());
        CheckEnds(fields);
        DemandAmqp091(fields, "src-protocol");
        DemandAmqp091(fields, "dest-protocol");
        var (deleteAfter, deletesAfterLength) = ReadDeleteAfter(fields);
        var ackMode = fields.Word("ack-mode", "no-ack", "on-publish", "on-confirm") switch
        {
            "no-ack" => AckMode.NoAck,
            "on-publish" => AckMode.OnPublish,
            _ => AckMode.OnConfirm,
        };
        if (ackMode == AckMode.NoAck && deleteAfter is not null)
            fields.Refuse("Cannot specify 'no-ack' and numerical 'delete-after'");
        var definition = new ShovelDefinition
        {
            VirtualHost = virtualHost,
            Name = name,
            DestinationUris = fields.Uris("dest-uri"),
            SourceUris = fields.Uris("src-uri"),
            SourceQueue = fields.Text("src-queue"),
            SourceExchange = fields.Text("src-exchange"),
            SourceKey = fields.Text("src-exchange-key") ?? "",
            DestinationQueue = fields.Text("dest-queue"),
            DestinationExchange = fields.Text("dest-exchange"),
            DestinationKey = fields.Text("dest-exchange-key"),
            AckMode = ackMode,
            PrefetchCount = (ushort)Math.Min(fields.Number("src-prefetch-count", "prefetch-count") ?? 1000, ushort.MaxValue),
            ConsumerArguments = fields.Table("src-consumer-args", "consumer-args"),
            DeleteAfter = deleteAfter,
            DeletesAfterQueueLength = deletesAfterLength,
            ReconnectDelay = TimeSpan.FromSeconds(Math.Min(fields.Number("reconnect-delay") ?? 5, int.MaxValue / 1000)),
            AddsForwardHeaders = fields.Flag("dest-add-forward-headers", "add-forward-headers"),
            AddsTimestampHeader = fields.Flag("dest-add-timestamp-header", "add-timestamp-header"),
            PublishProperties = fields.Table("dest-publish-properties", "publish-properties"),
        };
        CheckProperties(fields, definition.PublishProperties);
        fields.Complete();
        return definition;
    }

    private static void CheckEnds(ParameterFields fields)
    {
        if (!fields.Has("src-exchange", "src-queue"))
            fields.Refuse("Must specify 'src-exchange' or 'src-queue'");
        if (fields.Has("src-exchange") && fields.Has("src-queue"))
            fields.Refuse("Cannot specify 'src-exchange' and 'src-queue'");
        if (fields.Has("dest-exchange") && fields.Has("dest-queue"))
            fields.Refuse("Cannot specify 'dest-exchange' and 'dest-queue'");
    }

    private static void DemandAmqp091(ParameterFields fields, string field)
    {
        if (fields.Text(field) is { } protocol && protocol != "amqp091")
            fields.Refuse($"{field} should be \"amqp091\", the only protocol of this broker, actually was \"{protocol}\"");
    }

    private static (long? Count, bool QueueLength) ReadDeleteAfter(ParameterFields fields)
    {
        foreach (string field in (ReadOnlySpan<string>)["src-delete-after", "delete-after"])
        {
            if (fields.Find(field) is not { } value)
                continue;
            if (value.IsInteger && value.AsInteger() >= 0)
                return (value.AsInteger(), false);
            if (value.Type == FieldType.LongString && value.AsString() is "never" or "queue-length")
                return (null, value.AsString() == "queue-length");
            fields.Refuse(
                $"{field} should be a number greater than or equal to 0, \"never\" or \"queue-length\", actually was "
                    + ErlangTerm.Of(value));
        }
        return (null, false);
    }

    private static void CheckProperties(ParameterFields fields, FieldTable properties)
    {
        foreach (var (name, value) in properties)
        {
            if (!_properties.Contains(name))
                fields.Refuse($"Unrecognised terms [{{<<\"{name}\">>,{ErlangTerm.Of(value)}}}] in dest-publish-properties");
            else if (!IsValid(name, value))
                fields.Refuse($"dest-publish-properties: {name} has an unsuitable value, actually was {ErlangTerm.Of(value)}");
        }
    }

    private static bool IsValid(string name, FieldValue value) => name switch
    {
        "delivery_mode" or "priority" => value.IsInteger && value.AsInteger() is >= 0 and <= byte.MaxValue,
        "timestamp" => value.IsInteger && value.AsInteger() >= 0,
        "headers" => value.Type == FieldType.Table,
        _ => value.Type == FieldType.LongString && value.AsBytes().Length <= byte.MaxValue,
    };
}
