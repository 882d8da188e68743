namespace Amqp.Protocol;

/// <summary>access.request: part of AMQP 0-8, still sent by old clients.</summary>
public readonly record struct AccessRequest(string Realm, bool Exclusive, bool Passive, bool Active, bool CanWrite, bool CanRead)
    : IMethod<AccessRequest>
{
    public static MethodId Id => new(30, 10);

    public static AccessRequest Read(ref WireReader reader) =>
        new(reader.ReadShortString(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(Realm);
        writer.WriteBits(Exclusive, Passive, Active, CanWrite, CanRead);
    }
}

/// <summary>access.request-ok</summary>
public readonly record struct AccessRequestOk(ushort Ticket) : IMethod<AccessRequestOk>
{
    public static MethodId Id => new(30, 11);

    public static AccessRequestOk Read(ref WireReader reader) =>
        new(reader.ReadUInt16());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(Ticket);
    }
}
