namespace Amqp.Protocol;

/// <summary>Class and method number of a method (spec 4.2.4).</summary>
public readonly record struct MethodId(ushort Class, ushort Method)
{
    /// <summary>Both numbers as they stand on the wire.</summary>
    public uint Value => (uint)Class << 16 | Method;

    public static MethodId FromValue(uint value) => new((ushort)(value >> 16), (ushort)value);

    public override string ToString() => $"{Class},{Method}";
}

/// <summary>A method: a value that knows its id and its form on the wire.</summary>
/// <typeparam name="TSelf">The method itself.</typeparam>
public interface IMethod<TSelf>
    where TSelf : struct, IMethod<TSelf>
{
    static abstract MethodId Id { get; }

    /// <summary>Reads the arguments, behind the id.</summary>
    /// <exception cref="AmqpException">501 or 502: they are malformed.</exception>
    static abstract TSelf Read(ref WireReader reader);

    /// <summary>Writes the arguments, behind the id.</summary>
    void Write(WireWriter writer);
}
