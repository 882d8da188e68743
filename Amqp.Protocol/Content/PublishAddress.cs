namespace Amqp.Protocol;

/// <summary>The arguments of basic.publish. The type allocates no strings, because the server uses it for every publish.</summary>
public readonly ref struct PublishAddress
{
    private readonly byte _bits;

    private PublishAddress(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> exchange, ReadOnlySpan<byte> routingKey, byte bits)
    {
        Encoded = encoded;
        Exchange = exchange;
        RoutingKey = routingKey;
        _bits = bits;
    }

    /// <summary>Exchange and routing key as two consecutive short strings. basic.deliver contains the same bytes.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>Name of the exchange. The bytes may be invalid UTF-8.</summary>
    public ReadOnlySpan<byte> Exchange { get; }

    /// <summary>Routing key. The bytes may be invalid UTF-8.</summary>
    public ReadOnlySpan<byte> RoutingKey { get; }

    public bool Mandatory => (_bits & 1) != 0;

    public bool Immediate => (_bits & 2) != 0;

    /// <summary>Reads the arguments of basic.publish, which follow the method's id.</summary>
    /// <exception cref="AmqpException">502: the arguments are too short.</exception>
    public static PublishAddress Read(ReadOnlySpan<byte> arguments)
    {
        var reader = new WireReader(arguments);
        reader.ReadUInt16(); // reserved (ticket)
        var start = reader.Rest;
        var exchange = reader.ReadShortStringBytes();
        var routingKey = reader.ReadShortStringBytes();
        return new PublishAddress(start[..(exchange.Length + routingKey.Length + 2)], exchange, routingKey, reader.ReadByte());
    }

    /// <summary>Splits <see cref="Encoded"/> into exchange and routing key.</summary>
    public static void Split(ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> exchange, out ReadOnlySpan<byte> routingKey)
    {
        exchange = encoded.Slice(1, encoded[0]);
        routingKey = encoded.Slice(2 + exchange.Length, encoded[1 + exchange.Length]);
    }
}
