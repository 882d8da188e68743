namespace Amqp.Protocol;

/// <summary>The eight octets that open a connection (spec 4.2.2).</summary>
public static class ProtocolHeader
{
    /// <summary>Octets in a protocol header.</summary>
    public const int Size = 8;

    /// <summary>The header of AMQP 0-9-1: <c>AMQP</c> 0 0 9 1. The broker answers an unknown header with this header.</summary>
    public static ReadOnlySpan<byte> Amqp091 => "AMQP\0\0\u0009\u0001"u8;

    /// <summary>
    /// Returns true for <c>AMQP</c> 1 1 9 1 and <c>AMQP</c> 1 1 8 0, the headers with which a client of RabbitMQ selects AMQP 0-8.
    /// </summary>
    public static bool IsAmqp08(ReadOnlySpan<byte> header) =>
        header.SequenceEqual("AMQP\u0001\u0001\u0009\u0001"u8) || header.SequenceEqual("AMQP\u0001\u0001\u0008\0"u8);

    /// <summary>
    /// Returns true for the header of 0-9-1, and for <c>AMQP</c> 1 1 0 9, which RabbitMQ also treats as the header of 0-9-1.
    /// </summary>
    public static bool IsAccepted(ReadOnlySpan<byte> header) =>
        header.SequenceEqual(Amqp091) || header.SequenceEqual("AMQP\u0001\u0001\0\u0009"u8);
}
