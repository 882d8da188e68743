namespace Amqp.Protocol;

/// <summary>The four kinds of frame (spec 4.2.3).</summary>
public enum FrameType : byte
{
    Method = 1,
    Header = 2,
    Body = 3,
    Heartbeat = 8,
}

/// <summary>One whole frame. Its payload is a view of the read buffer, and is valid only until that buffer is reused.</summary>
public readonly ref struct Frame(FrameType type, ushort channel, ReadOnlySpan<byte> payload)
{
    // | type u8 | channel u16 | size u32 | payload (size bytes) | end 0xCE |   spec 4.2.3

    /// <summary>Number of bytes before the payload of a frame.</summary>
    public const int HeaderSize = 7;

    /// <summary>Number of bytes that a frame adds to its payload: the header and the end octet.</summary>
    public const int Overhead = HeaderSize + 1;

    /// <summary>The last octet of every frame.</summary>
    public const byte End = 0xCE;

    /// <summary>The smallest frame-max that a peer may request (spec 4.2.3).</summary>
    public const int MinSize = 4096;

    public FrameType Type { get; } = type;

    public ushort Channel { get; } = channel;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}
