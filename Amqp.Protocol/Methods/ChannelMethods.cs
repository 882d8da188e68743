namespace Amqp.Protocol;

/// <summary>channel.open</summary>
public readonly record struct ChannelOpen : IMethod<ChannelOpen>
{
    public static MethodId Id => new(20, 10);

    public static ChannelOpen Read(ref WireReader reader)
    {
        _ = reader.ReadShortString(); // reserved (outOfBand)
        return default;
    }

    public void Write(WireWriter writer)
    {
        writer.WriteShortString("");
    }
}

/// <summary>channel.open-ok</summary>
public readonly record struct ChannelOpenOk : IMethod<ChannelOpenOk>
{
    public static MethodId Id => new(20, 11);

    public static ChannelOpenOk Read(ref WireReader reader)
    {
        _ = reader.ReadLongString().ToArray(); // reserved (channelId)
        return default;
    }

    public void Write(WireWriter writer)
    {
        writer.WriteLongString([]);
    }
}

/// <summary>channel.flow: asks the peer to send content (true), or to stop sending content (false).</summary>
public readonly record struct ChannelFlow(bool Active) : IMethod<ChannelFlow>
{
    public static MethodId Id => new(20, 20);

    public static ChannelFlow Read(ref WireReader reader) =>
        new(reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteBits(Active);
    }
}

/// <summary>channel.flow-ok</summary>
public readonly record struct ChannelFlowOk(bool Active) : IMethod<ChannelFlowOk>
{
    public static MethodId Id => new(20, 21);

    public static ChannelFlowOk Read(ref WireReader reader) =>
        new(reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteBits(Active);
    }
}

/// <summary>channel.close: the reason, and the ids of the method that failed. Both ids are 0 if no method failed.</summary>
public readonly record struct ChannelClose(ushort ReplyCode, string ReplyText, ushort FailingClass, ushort FailingMethod)
    : IMethod<ChannelClose>
{
    public static MethodId Id => new(20, 40);

    public static ChannelClose Read(ref WireReader reader) =>
        new(reader.ReadUInt16(), reader.ReadShortString(), reader.ReadUInt16(), reader.ReadUInt16());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(ReplyCode);
        writer.WriteShortString(ReplyText);
        writer.WriteUInt16(FailingClass);
        writer.WriteUInt16(FailingMethod);
    }
}

/// <summary>channel.close-ok</summary>
public readonly record struct ChannelCloseOk : IMethod<ChannelCloseOk>
{
    public static MethodId Id => new(20, 41);

    public static ChannelCloseOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
