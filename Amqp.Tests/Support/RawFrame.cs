using System.Buffers.Binary;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>A frame that a <see cref="RawClient"/> has received.</summary>
internal sealed record RawFrame(FrameType Type, ushort Channel, byte[] Payload)
{
    /// <summary>The method that it carries; default when it carries none.</summary>
    public MethodId Method => Type == FrameType.Method ? MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(Payload)) : default;

    /// <summary>The arguments of its method.</summary>
    public ReadOnlySpan<byte> Arguments => Payload.AsSpan(4);

    /// <summary>What a failing test should say about it: above all why the broker closed something.</summary>
    public override string ToString() => Method switch
    {
        var id when id == ChannelClose.Id => MethodArguments.Read<ChannelClose>(Arguments).ToString(),
        var id when id == ConnectionClose.Id => MethodArguments.Read<ConnectionClose>(Arguments).ToString(),
        var id when id != default => $"method {id} on channel {Channel}: {Convert.ToHexString(Arguments)}",
        _ => $"{Type} frame on channel {Channel}: {Convert.ToHexString(Payload.AsSpan(0, Math.Min(64, Payload.Length)))}",
    };
}

/// <summary>What follows a method with content.</summary>
/// <param name="Properties">Property flags and list as they came.</param>
/// <param name="Body">The body of all its frames.</param>
/// <param name="BodyFrames">How many frames it came in.</param>
internal sealed record RawContent(byte[] Properties, byte[] Body, int BodyFrames)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public BasicProperties Decoded => BasicProperties.Read(Properties);
}

/// <summary>A method and its content: a delivery, a message got, a return.</summary>
internal sealed record RawMessage<TMethod>(TMethod Method, RawContent Content)
{
    public string Text => Content.Text;
}
