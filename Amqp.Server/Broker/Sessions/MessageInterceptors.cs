using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Adds the broker's own headers to published messages, as RabbitMQ's message interceptors do. Has no state.</summary>
internal sealed class MessageInterceptors
{
    private const string TimestampHeader = "timestamp_in_ms";
    private const string RoutingNodeHeader = "x-routed-by";

    private readonly InterceptorOptions _options;
    private readonly TimeProvider _clock;

    private MessageInterceptors(InterceptorOptions options, TimeProvider clock) => (_options, _clock) = (options, clock);

    /// <summary>Returns the configured interceptors; null if none is configured.</summary>
    public static MessageInterceptors? Of(InterceptorOptions options, TimeProvider clock) =>
        options is { OverwritesTimestamp: null, OverwritesRoutingNode: null } ? null : new MessageInterceptors(options, clock);

    /// <summary>Adds the configured headers to a message's properties, and returns the new properties.</summary>
    /// <param name="properties">Property flags and list as the publisher sent them.</param>
    /// <exception cref="AmqpException">502: the properties are malformed.</exception>
    public byte[] Intercept(ReadOnlySpan<byte> properties)
    {
        var headers = FieldTableCodec.Read(EncodedProperties.Read(properties).Headers);
        long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        ulong? seconds = null;
        if (_options.OverwritesTimestamp is { } overwritesTimestamp)
        {
            headers = With(headers, TimestampHeader, FieldValue.FromInt64(now), overwritesTimestamp);
            if (overwritesTimestamp || !HasTimestamp(properties))
                seconds = (ulong)now / 1000;
        }
        if (_options.OverwritesRoutingNode is { } overwritesNode)
            headers = With(headers, RoutingNodeHeader, FieldValue.FromString(Node.Name), overwritesNode);
        var output = new ArrayBufferWriter<byte>(properties.Length + 64);
        EncodedProperties.Rewrite(properties, headers, keepsExpiration: true, output, seconds);
        return output.WrittenSpan.ToArray();
    }

    private static bool HasTimestamp(ReadOnlySpan<byte> properties) =>
        ((PropertyFlags)BinaryPrimitives.ReadUInt16BigEndian(properties) & PropertyFlags.Timestamp) != 0;

    private static FieldTable With(FieldTable headers, string name, FieldValue value, bool overwrites)
    {
        if (headers[name] is null)
            return headers.With(name, value);
        return overwrites ? new FieldTable(headers.Where(header => header.Key != name)).With(name, value) : headers;
    }
}
