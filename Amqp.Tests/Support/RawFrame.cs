using System.Buffers.Binary;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>A frame as received by a <see cref="RawClient"/> or an <see cref="AmqpSocket"/>.</summary>
internal sealed record RawFrame(FrameType Type, ushort Channel, byte[] Payload)
{
    /// <summary>The method of the frame; default if the frame is not a method frame.</summary>
    public MethodId Method => Type == FrameType.Method ? MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(Payload)) : default;

    /// <summary>The encoded arguments of the method. Valid only for a method frame.</summary>
    public ReadOnlySpan<byte> Arguments => Payload.AsSpan(4);

    /// <summary>Describes the frame for failure messages. The text of a close method includes its reply code and reply text.</summary>
    public override string ToString() => Method switch
    {
        var id when id == ChannelClose.Id => MethodArguments.Read<ChannelClose>(Arguments).ToString(),
        var id when id == ConnectionClose.Id => MethodArguments.Read<ConnectionClose>(Arguments).ToString(),
        var id when id != default => $"method {id} on channel {Channel}: {Convert.ToHexString(Arguments)}",
        _ => $"{Type} frame on channel {Channel}: {Convert.ToHexString(Payload.AsSpan(0, Math.Min(64, Payload.Length)))}",
    };
}

/// <summary>A message's content, as received after a method.</summary>
/// <param name="Properties">Property flags and property list as received.</param>
/// <param name="Body">The body, joined from all body frames.</param>
/// <param name="BodyFrames">Number of body frames.</param>
internal sealed record RawContent(byte[] Properties, byte[] Body, int BodyFrames)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public BasicProperties Decoded => BasicProperties.Read(Properties);
}

/// <summary>A method and its content: basic.deliver, basic.get-ok or basic.return.</summary>
internal sealed record RawMessage<TMethod>(TMethod Method, RawContent Content)
{
    public string Text => Content.Text;
}
