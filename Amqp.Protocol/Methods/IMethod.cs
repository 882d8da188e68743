namespace Amqp.Protocol;

/// <summary>An AMQP method: its id and its encoding.</summary>
/// <typeparam name="TSelf">The type that implements this interface.</typeparam>
public interface IMethod<TSelf>
    where TSelf : struct, IMethod<TSelf>
{
    static abstract MethodId Id { get; }

    /// <summary>Reads the method's arguments, which follow its id.</summary>
    /// <exception cref="AmqpException">501 or 502: the arguments are malformed.</exception>
    static abstract TSelf Read(ref WireReader reader);

    /// <summary>Writes the method's arguments, which follow the class and method ids.</summary>
    void Write(WireWriter writer);
}
