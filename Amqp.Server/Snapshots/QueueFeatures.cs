using System.Text.Json;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Snapshots;

/// <summary>The features of a queue that result from its declaration and policies.</summary>
[Flags]
internal enum QueueFeatures
{
    None = 0,
    Durable = 1 << 0,
    AutoDelete = 1 << 1,
    Exclusive = 1 << 2,
    MessageTtl = 1 << 3,
    Expires = 1 << 4,
    MaxLength = 1 << 5,
    MaxLengthBytes = 1 << 6,
    Overflow = 1 << 7,
    DeadLetterExchange = 1 << 8,
    DeadLetterRoutingKey = 1 << 9,
    Priority = 1 << 10,
    SingleActiveConsumer = 1 << 11,
    DeliveryLimit = 1 << 12,
    Deduplication = 1 << 13,
}

/// <summary>A column of the features of queues, as a list of RabbitMQ's abbreviations.</summary>
internal sealed class FeatureColumn(string name) : SnapshotColumn<QueueFeatures>(name)
{
    /// <summary>Abbreviations in the order of the flags. RabbitMQ has none for the last two.</summary>
    private static readonly string[] _names =
        ["D", "AD", "Excl", "TTL", "Exp", "Lim", "Lim B", "Ovfl", "DLX", "DLK", "Pri", "SAC", "DLim", "Dedup"];

    public override bool IsSortable => false;

    /// <summary>Returns the features of a queue.</summary>
    public static QueueFeatures Of(Queue queue)
    {
        var (declaration, settings) = (queue.Declaration, queue.Settings);
        return When(declaration.IsDurable, QueueFeatures.Durable)
            | When(declaration.IsAutoDelete, QueueFeatures.AutoDelete)
            | When(declaration.IsExclusive, QueueFeatures.Exclusive)
            | When(settings.MessageTtl is not null, QueueFeatures.MessageTtl)
            | When(settings.Expires is not null, QueueFeatures.Expires)
            | When(settings.MaxLength is not null, QueueFeatures.MaxLength)
            | When(settings.MaxLengthBytes is not null, QueueFeatures.MaxLengthBytes)
            | When(settings.Overflow != Overflow.DropHead, QueueFeatures.Overflow)
            | When(settings.DeadLetterExchange is not null, QueueFeatures.DeadLetterExchange)
            | When(settings.DeadLetterRoutingKey is not null, QueueFeatures.DeadLetterRoutingKey)
            | When(settings.MaxPriority > 0, QueueFeatures.Priority)
            | When(settings.SingleActiveConsumer, QueueFeatures.SingleActiveConsumer)
            | When(settings.DeliveryLimit is not null, QueueFeatures.DeliveryLimit)
            | When(settings.Deduplication is not null, QueueFeatures.Deduplication);
    }

    public override int Compare(int row, int other, bool isDescending) => 0;

    public override void Write(Utf8JsonWriter json, int row)
    {
        json.WriteStartArray();
        for (int i = 0; i < _names.Length; i++)
            if (((int)this[row] & (1 << i)) != 0)
                json.WriteStringValue(_names[i]);
        json.WriteEndArray();
    }

    private static QueueFeatures When(bool isSet, QueueFeatures feature) => isSet ? feature : QueueFeatures.None;
}
