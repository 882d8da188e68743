using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>
/// The header x-delivery-count. In queues that count deliveries, the header tells consumers how often a message was requeued.
/// </summary>
internal static class DeliveryCount
{
    /// <summary>Returns the properties with this header. A header of the same name from the publisher is replaced.</summary>
    /// <param name="properties">The stored property flags and properties.</param>
    /// <param name="requeues">Number of times that the message was requeued.</param>
    public static ReadOnlySpan<byte> AddTo(ReadOnlySpan<byte> properties, int requeues)
    {
        var headers = FieldTableCodec.Read(EncodedProperties.Read(properties).Headers);
        var output = new ArrayBufferWriter<byte>(properties.Length + 32);
        EncodedProperties.Rewrite(
            properties, SortedHeaders.With(headers, "x-delivery-count", FieldValue.FromInt64(requeues)), keepsExpiration: true, output);
        return output.WrittenSpan;
    }
}
