namespace Amqp.Protocol;

/// <summary>confirm.select: asks the server to confirm each publish on this channel. An extension of RabbitMQ.</summary>
public readonly record struct ConfirmSelect(bool NoWait) : IMethod<ConfirmSelect>
{
    public static MethodId Id => new(85, 10);

    public static ConfirmSelect Read(ref WireReader reader) =>
        new(reader.ReadBit());

    public void Write(WireWriter writer)
    {
        writer.WriteBits(NoWait);
    }
}

/// <summary>confirm.select-ok</summary>
public readonly record struct ConfirmSelectOk : IMethod<ConfirmSelectOk>
{
    public static MethodId Id => new(85, 11);

    public static ConfirmSelectOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
