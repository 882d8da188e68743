namespace Amqp.Protocol;

/// <summary>Class id and method id of a method (spec 4.2.4).</summary>
public readonly record struct MethodId(ushort Class, ushort Method)
{
    /// <summary>Class id in the upper 16 bits, method id in the lower 16 bits: the order on the wire.</summary>
    public uint Value => (uint)Class << 16 | Method;

    public static MethodId FromValue(uint value) => new((ushort)(value >> 16), (ushort)value);

    public override string ToString() => $"{Class},{Method}";
}
