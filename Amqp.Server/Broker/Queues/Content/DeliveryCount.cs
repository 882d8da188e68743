using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>The header x-delivery-count, in which queues that count deliveries say how often a message was requeued.</summary>
internal static class DeliveryCount
{
    /// <summary>The properties of a message with its count.</summary>
    /// <param name="properties">Flags and list as they were stored.</param>
    /// <param name="requeues">How often it was requeued.</param>
    public static ReadOnlySpan<byte> AddTo(ReadOnlySpan<byte> properties, int requeues)
    {
        var headers = FieldTableCodec.Read(EncodedProperties.Read(properties).Headers);
        var output = new ArrayBufferWriter<byte>(properties.Length + 32);
        EncodedProperties.Rewrite(properties, SortedHeaders.With(headers, "x-delivery-count", FieldValue.FromInt64(requeues)), keepsExpiration: true, output);
        return output.WrittenSpan;
    }
}
