using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Federation;

/// <summary>Adds the last link to the header <c>x-received-from</c> of a message.</summary>
internal static class ReceivedFrom
{
    /// <summary>Returns the earlier links of a message; empty if the header is missing or has another type.</summary>
    public static IReadOnlyList<FieldValue> Earlier(FieldTable headers) =>
        headers[FederationHops.Header] is { Type: FieldType.Array } list ? list.AsArray() : [];

    /// <summary>Returns the headers with a list of links that begins with the last link.</summary>
    public static FieldTable With(FieldTable headers, FieldTable last, IReadOnlyList<FieldValue> earlier) =>
        new FieldTable(headers.Where(header => header.Key != FederationHops.Header))
            .With(FederationHops.Header, FieldValue.FromArray([FieldValue.FromTable(last), .. earlier]));

    /// <summary>Returns the properties of a message with other headers, and without the user-id unless it is trusted.</summary>
    public static byte[] Encode(BasicProperties properties, FieldTable headers, bool trustsUserId)
    {
        var encoded = new ArrayBufferWriter<byte>();
        (properties with { Headers = headers, UserId = trustsUserId ? properties.UserId : null }).Write(encoded);
        return encoded.WrittenSpan.ToArray();
    }
}
