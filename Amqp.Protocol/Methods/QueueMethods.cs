namespace Amqp.Protocol;

/// <summary>queue.declare</summary>
public readonly record struct QueueDeclare(
    string Queue, bool Passive, bool Durable, bool Exclusive, bool AutoDelete, bool NoWait, FieldTable Arguments)
    : IMethod<QueueDeclare>
{
    public static MethodId Id => new(50, 10);

    public static QueueDeclare Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(
            reader.ReadShortString(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(),
            reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteBits(Passive, Durable, Exclusive, AutoDelete, NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>queue.declare-ok: name of the queue, number of ready messages, number of consumers.</summary>
public readonly record struct QueueDeclareOk(string Queue, uint MessageCount, uint ConsumerCount) : IMethod<QueueDeclareOk>
{
    public static MethodId Id => new(50, 11);

    public static QueueDeclareOk Read(ref WireReader reader) =>
        new(reader.ReadShortString(), reader.ReadUInt32(), reader.ReadUInt32());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(Queue);
        writer.WriteUInt32(MessageCount);
        writer.WriteUInt32(ConsumerCount);
    }
}

/// <summary>queue.bind</summary>
public readonly record struct QueueBind(string Queue, string Exchange, string RoutingKey, bool NoWait, FieldTable Arguments)
    : IMethod<QueueBind>
{
    public static MethodId Id => new(50, 20);

    public static QueueBind Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadShortString(), reader.ReadShortString(), reader.ReadBit(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
        writer.WriteBits(NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>queue.bind-ok</summary>
public readonly record struct QueueBindOk : IMethod<QueueBindOk>
{
    public static MethodId Id => new(50, 21);

    public static QueueBindOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>queue.purge</summary>
public readonly record struct QueuePurge(string Queue, bool NoWait) : IMethod<QueuePurge>
{
    public static MethodId Id => new(50, 30);

    public static QueuePurge Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadBit());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteBits(NoWait);
    }
}

/// <summary>queue.purge-ok</summary>
public readonly record struct QueuePurgeOk(uint MessageCount) : IMethod<QueuePurgeOk>
{
    public static MethodId Id => new(50, 31);

    public static QueuePurgeOk Read(ref WireReader reader) =>
        new(reader.ReadUInt32());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt32(MessageCount);
    }
}

/// <summary>queue.delete</summary>
public readonly record struct QueueDelete(string Queue, bool IfUnused, bool IfEmpty, bool NoWait) : IMethod<QueueDelete>
{
    public static MethodId Id => new(50, 40);

    public static QueueDelete Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteBits(IfUnused, IfEmpty, NoWait);
    }
}

/// <summary>queue.delete-ok</summary>
public readonly record struct QueueDeleteOk(uint MessageCount) : IMethod<QueueDeleteOk>
{
    public static MethodId Id => new(50, 41);

    public static QueueDeleteOk Read(ref WireReader reader) =>
        new(reader.ReadUInt32());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt32(MessageCount);
    }
}

/// <summary>queue.unbind</summary>
public readonly record struct QueueUnbind(string Queue, string Exchange, string RoutingKey, FieldTable Arguments) : IMethod<QueueUnbind>
{
    public static MethodId Id => new(50, 50);

    public static QueueUnbind Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadShortString(), reader.ReadShortString(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
        writer.WriteTable(Arguments);
    }
}

/// <summary>queue.unbind-ok</summary>
public readonly record struct QueueUnbindOk : IMethod<QueueUnbindOk>
{
    public static MethodId Id => new(50, 51);

    public static QueueUnbindOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
