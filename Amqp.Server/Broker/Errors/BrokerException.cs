namespace Amqp.Server.Broker.Errors;

/// <summary>The broker does not do what it is asked for. A front end says so in its protocol's own terms.</summary>
/// <param name="error">What kind of error it is.</param>
/// <param name="message">What went wrong, in RabbitMQ's words.</param>
internal sealed class BrokerException(BrokerError error, string message) : Exception(message)
{
    public BrokerError Error { get; } = error;
}

/// <summary>Why the broker does not do what it is asked for.</summary>
internal enum BrokerError
{
    /// <summary>What is named is not there.</summary>
    NotFound,

    /// <summary>The user may not, or the name is reserved.</summary>
    Refused,

    /// <summary>It is there, but different; in use; not empty; or an argument cannot be.</summary>
    Precondition,

    /// <summary>It is another connection's.</summary>
    Locked,

    /// <summary>A limit is reached, or the name is taken.</summary>
    NotAllowed,

    /// <summary>This broker has not got it.</summary>
    NotSupported,

    /// <summary>There is no such type.</summary>
    UnknownType,

    /// <summary>The disk does not let it be done now.</summary>
    Unavailable,

    /// <summary>The client is cut off by the operator.</summary>
    Forced,
}
