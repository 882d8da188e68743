using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Reads arbitrary bytes as a content header. The properties must have the same values in encoded and in decoded form. An accepted header
/// must be usable for routing, rewriting and tracing.
/// </summary>
internal sealed class ContentHeaderTarget : FuzzTarget
{
    private const int MaxDepth = FieldTableCodec.DefaultMaxDepth;
    private const PropertyFlags Known = (PropertyFlags)0xFFFC;

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return Header(new());
            foreach (var value in HostileValue.All)
            {
                string text = value.ShortText;
                yield return Header(
                    new() { Headers = FieldTable.Empty.With("x-delay", value.Field), Expiration = text, DeliveryMode = 2, Priority = 255 });
                yield return Header(new()
                {
                    ContentType = text,
                    ContentEncoding = text,
                    CorrelationId = text,
                    ReplyTo = text,
                    MessageId = text,
                    Timestamp = ulong.MaxValue,
                    Type = text,
                    UserId = text,
                    AppId = text,
                    ClusterId = text
                });
            }
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        try
        {
            Use(ContentHeader.Read(input).Properties);
        }
        catch (AmqpException error) when (error.Code is ReplyCode.SyntaxError or ReplyCode.FrameError)
        {
            // Expected: the header is invalid.
        }
    }

    private static void Use(ReadOnlySpan<byte> properties)
    {
        var encoded = EncodedProperties.Read(properties, MaxDepth);
        var decoded = BasicProperties.Read(properties);
        Demand(encoded.IsPersistent == (decoded.DeliveryMode == 2), "delivery modes differ");
        Demand((encoded.Flags & PropertyFlags.Headers) != 0 == decoded.Headers is not null, "headers differ");
        Demand(OctetText.Decode(encoded.Expiration) == (decoded.Expiration ?? ""), "expirations differ");
        Demand(OctetText.Decode(encoded.ReplyTo) == (decoded.ReplyTo ?? ""), "reply-tos differ");

        var output = new ArrayBufferWriter<byte>();
        EncodedProperties.Rewrite(properties, encoded.Headers, keepsExpiration: true, output);
        Demand(
            (BasicProperties.Read(output.WrittenSpan).Headers ?? FieldTable.Empty).Equals(decoded.Headers ?? FieldTable.Empty),
            "rewritten headers differ");
        output.ResetWrittenCount();
        decoded.Write(output);
        Demand(EncodedProperties.Read(output.WrittenSpan).Flags == (encoded.Flags & Known), "written flags differ");

        if (HasTraits(encoded) && DelayHeader.Read(encoded.Headers) > 0)
            Demand(DelayHeader.Read(EncodedProperties.Read(DelayHeader.Negate(properties)).Headers) == 0, "a delay that is over is not");
        _ = TracedProperties.Of(properties);
    }

    private static bool HasTraits(in EncodedProperties properties)
    {
        try
        {
            _ = MessageTraits.Of(properties);
            return true;
        }
        catch (BrokerException error) when (error.Error == BrokerError.Precondition)
        {
            return false; // the expiration in the header is invalid
        }
    }

    private static byte[] Header(BasicProperties properties)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteUInt16(60);
        writer.WriteUInt16(0);
        writer.WriteUInt64(10);
        properties.Write(output);
        return output.WrittenSpan.ToArray();
    }
}
