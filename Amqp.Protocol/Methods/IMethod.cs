namespace Amqp.Protocol;

/// <summary>A method of AMQP, with its id and its encoding.</summary>
/// <typeparam name="TSelf">Type of the method.</typeparam>
public interface IMethod<TSelf>
    where TSelf : struct, IMethod<TSelf>
{
    static abstract MethodId Id { get; }

    /// <summary>Reads the arguments that follow the id.</summary>
    /// <exception cref="AmqpException">501 or 502: the arguments are malformed.</exception>
    static abstract TSelf Read(ref WireReader reader);

    /// <summary>Writes the arguments that follow the id.</summary>
    void Write(WireWriter writer);
}
