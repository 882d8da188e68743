namespace Amqp.Protocol;

/// <summary>exchange.declare</summary>
public readonly record struct ExchangeDeclare(
    string Exchange, string Type, bool Passive, bool Durable, bool AutoDelete, bool Internal, bool NoWait, FieldTable Arguments)
    : IMethod<ExchangeDeclare>
{
    public static MethodId Id => new(40, 10);

    public static ExchangeDeclare Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(
            reader.ReadShortString(), reader.ReadShortString(),
            reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(Type);
        writer.WriteBits(Passive, Durable, AutoDelete, Internal, NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>exchange.declare-ok</summary>
public readonly record struct ExchangeDeclareOk : IMethod<ExchangeDeclareOk>
{
    public static MethodId Id => new(40, 11);

    public static ExchangeDeclareOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>exchange.delete</summary>
public readonly record struct ExchangeDelete(string Exchange, bool IfUnused, bool NoWait) : IMethod<ExchangeDelete>
{
    public static MethodId Id => new(40, 20);

    public static ExchangeDelete Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadBit(), reader.ReadBit());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Exchange);
        writer.WriteBits(IfUnused, NoWait);
    }
}

/// <summary>exchange.delete-ok</summary>
public readonly record struct ExchangeDeleteOk : IMethod<ExchangeDeleteOk>
{
    public static MethodId Id => new(40, 21);

    public static ExchangeDeleteOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>exchange.bind, an extension of RabbitMQ: routes messages from the source exchange to the destination exchange.</summary>
public readonly record struct ExchangeBind(string Destination, string Source, string RoutingKey, bool NoWait, FieldTable Arguments)
    : IMethod<ExchangeBind>
{
    public static MethodId Id => new(40, 30);

    public static ExchangeBind Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadShortString(), reader.ReadShortString(), reader.ReadBit(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Destination);
        writer.WriteShortString(Source);
        writer.WriteShortString(RoutingKey);
        writer.WriteBits(NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>exchange.bind-ok</summary>
public readonly record struct ExchangeBindOk : IMethod<ExchangeBindOk>
{
    public static MethodId Id => new(40, 31);

    public static ExchangeBindOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>exchange.unbind</summary>
public readonly record struct ExchangeUnbind(string Destination, string Source, string RoutingKey, bool NoWait, FieldTable Arguments)
    : IMethod<ExchangeUnbind>
{
    public static MethodId Id => new(40, 40);

    public static ExchangeUnbind Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadShortString(), reader.ReadShortString(), reader.ReadBit(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Destination);
        writer.WriteShortString(Source);
        writer.WriteShortString(RoutingKey);
        writer.WriteBits(NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>exchange.unbind-ok</summary>
public readonly record struct ExchangeUnbindOk : IMethod<ExchangeUnbindOk>
{
    public static MethodId Id => new(40, 51);

    public static ExchangeUnbindOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
