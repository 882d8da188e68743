namespace Amqp.Protocol;

/// <summary>basic.qos</summary>
public readonly record struct BasicQos(uint PrefetchSize, ushort PrefetchCount, bool Global) : IMethod<BasicQos>
{
    public static MethodId Id => new(60, 10);

    public static BasicQos Read(ref WireReader reader) =>
        new(reader.ReadUInt32(), reader.ReadUInt16(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt32(PrefetchSize);
        writer.WriteUInt16(PrefetchCount);
        writer.WriteBits(Global);
    }
}

/// <summary>basic.qos-ok</summary>
public readonly record struct BasicQosOk : IMethod<BasicQosOk>
{
    public static MethodId Id => new(60, 11);

    public static BasicQosOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>basic.consume</summary>
public readonly record struct BasicConsume(
    string Queue, string ConsumerTag, bool NoLocal, bool NoAck, bool Exclusive, bool NoWait, FieldTable Arguments)
    : IMethod<BasicConsume>
{
    public static MethodId Id => new(60, 20);

    public static BasicConsume Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(
            reader.ReadShortString(), reader.ReadShortString(),
            reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadBit(), reader.ReadTable());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteShortString(ConsumerTag);
        writer.WriteBits(NoLocal, NoAck, Exclusive, NoWait);
        writer.WriteTable(Arguments);
    }
}

/// <summary>basic.consume-ok</summary>
public readonly record struct BasicConsumeOk(string ConsumerTag) : IMethod<BasicConsumeOk>
{
    public static MethodId Id => new(60, 21);

    public static BasicConsumeOk Read(ref WireReader reader) =>
        new(reader.ReadShortString());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(ConsumerTag);
    }
}

/// <summary>basic.cancel</summary>
public readonly record struct BasicCancel(string ConsumerTag, bool NoWait) : IMethod<BasicCancel>
{
    public static MethodId Id => new(60, 30);

    public static BasicCancel Read(ref WireReader reader) =>
        new(reader.ReadShortString(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(ConsumerTag);
        writer.WriteBits(NoWait);
    }
}

/// <summary>basic.cancel-ok</summary>
public readonly record struct BasicCancelOk(string ConsumerTag) : IMethod<BasicCancelOk>
{
    public static MethodId Id => new(60, 31);

    public static BasicCancelOk Read(ref WireReader reader) =>
        new(reader.ReadShortString());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(ConsumerTag);
    }
}

/// <summary>basic.publish. The server reads this method with <see cref="PublishAddress"/>, which allocates nothing.</summary>
public readonly record struct BasicPublish(string Exchange, string RoutingKey, bool Mandatory, bool Immediate) : IMethod<BasicPublish>
{
    public static MethodId Id => new(60, 40);

    public static BasicPublish Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadOctetText(), reader.ReadOctetText(), reader.ReadBit(), reader.ReadBit());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
        writer.WriteBits(Mandatory, Immediate);
    }
}

/// <summary>basic.return</summary>
public readonly record struct BasicReturn(ushort ReplyCode, string ReplyText, string Exchange, string RoutingKey) : IMethod<BasicReturn>
{
    public static MethodId Id => new(60, 50);

    public static BasicReturn Read(ref WireReader reader) =>
        new(reader.ReadUInt16(), reader.ReadShortString(), reader.ReadOctetText(), reader.ReadOctetText());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(ReplyCode);
        writer.WriteShortString(ReplyText);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
    }
}

/// <summary>basic.deliver. The server writes this method with <see cref="DeliverFrame"/>, which allocates nothing.</summary>
public readonly record struct BasicDeliver(string ConsumerTag, ulong DeliveryTag, bool Redelivered, string Exchange, string RoutingKey)
    : IMethod<BasicDeliver>
{
    public static MethodId Id => new(60, 60);

    public static BasicDeliver Read(ref WireReader reader) =>
        new(reader.ReadShortString(), reader.ReadUInt64(), reader.ReadBit(), reader.ReadOctetText(), reader.ReadOctetText());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(ConsumerTag);
        writer.WriteUInt64(DeliveryTag);
        writer.WriteBits(Redelivered);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
    }
}

/// <summary>basic.get</summary>
public readonly record struct BasicGet(string Queue, bool NoAck) : IMethod<BasicGet>
{
    public static MethodId Id => new(60, 70);

    public static BasicGet Read(ref WireReader reader)
    {
        _ = reader.ReadUInt16(); // reserved (ticket)
        return new(reader.ReadShortString(), reader.ReadBit());
    }

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(0);
        writer.WriteShortString(Queue);
        writer.WriteBits(NoAck);
    }
}

/// <summary>basic.get-ok</summary>
public readonly record struct BasicGetOk(ulong DeliveryTag, bool Redelivered, string Exchange, string RoutingKey, uint MessageCount)
    : IMethod<BasicGetOk>
{
    public static MethodId Id => new(60, 71);

    public static BasicGetOk Read(ref WireReader reader) =>
        new(reader.ReadUInt64(), reader.ReadBit(), reader.ReadOctetText(), reader.ReadOctetText(), reader.ReadUInt32());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt64(DeliveryTag);
        writer.WriteBits(Redelivered);
        writer.WriteShortString(Exchange);
        writer.WriteShortString(RoutingKey);
        writer.WriteUInt32(MessageCount);
    }
}

/// <summary>basic.get-empty</summary>
public readonly record struct BasicGetEmpty : IMethod<BasicGetEmpty>
{
    public static MethodId Id => new(60, 72);

    public static BasicGetEmpty Read(ref WireReader reader)
    {
        _ = reader.ReadShortString(); // reserved (clusterId)
        return default;
    }

    public void Write(WireWriter writer)
    {
        writer.WriteShortString("");
    }
}

/// <summary>basic.ack. A client sends it to acknowledge deliveries; the server sends it to confirm publishes.</summary>
public readonly record struct BasicAck(ulong DeliveryTag, bool Multiple) : IMethod<BasicAck>
{
    public static MethodId Id => new(60, 80);

    public static BasicAck Read(ref WireReader reader) =>
        new(reader.ReadUInt64(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt64(DeliveryTag);
        writer.WriteBits(Multiple);
    }
}

/// <summary>basic.reject</summary>
public readonly record struct BasicReject(ulong DeliveryTag, bool Requeue) : IMethod<BasicReject>
{
    public static MethodId Id => new(60, 90);

    public static BasicReject Read(ref WireReader reader) =>
        new(reader.ReadUInt64(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt64(DeliveryTag);
        writer.WriteBits(Requeue);
    }
}

/// <summary>basic.recover-async</summary>
public readonly record struct BasicRecoverAsync(bool Requeue) : IMethod<BasicRecoverAsync>
{
    public static MethodId Id => new(60, 100);

    public static BasicRecoverAsync Read(ref WireReader reader) =>
        new(reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteBits(Requeue);
    }
}

/// <summary>basic.recover</summary>
public readonly record struct BasicRecover(bool Requeue) : IMethod<BasicRecover>
{
    public static MethodId Id => new(60, 110);

    public static BasicRecover Read(ref WireReader reader) =>
        new(reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteBits(Requeue);
    }
}

/// <summary>basic.recover-ok</summary>
public readonly record struct BasicRecoverOk : IMethod<BasicRecoverOk>
{
    public static MethodId Id => new(60, 111);

    public static BasicRecoverOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>
/// basic.nack, an extension of RabbitMQ. A client sends it to reject deliveries; the server sends it to report failed publishes.
/// </summary>
public readonly record struct BasicNack(ulong DeliveryTag, bool Multiple, bool Requeue) : IMethod<BasicNack>
{
    public static MethodId Id => new(60, 120);

    public static BasicNack Read(ref WireReader reader) =>
        new(reader.ReadUInt64(), reader.ReadBit(), reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt64(DeliveryTag);
        writer.WriteBits(Multiple, Requeue);
    }
}
