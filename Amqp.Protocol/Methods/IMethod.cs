namespace Amqp.Protocol;

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
