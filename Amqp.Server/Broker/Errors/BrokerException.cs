namespace Amqp.Server.Broker.Errors;

/// <summary>An error of a client's request. A front end translates it into its protocol's own terms.</summary>
/// <param name="error">Kind of error.</param>
/// <param name="message">Reason in RabbitMQ's words.</param>
internal sealed class BrokerException(BrokerError error, string message) : Exception(message)
{
    public BrokerError Error { get; } = error;
}

/// <summary>Kinds of errors of a client's request.</summary>
internal enum BrokerError
{
    /// <summary>A named object does not exist.</summary>
    NotFound,

    /// <summary>The user lacks a permission, or a name is reserved.</summary>
    Refused,

    /// <summary>The object exists with other properties, is in use or is not empty; or an argument is invalid.</summary>
    Precondition,

    /// <summary>The object belongs to another connection.</summary>
    Locked,

    /// <summary>A limit is reached, or a name is in use.</summary>
    NotAllowed,

    /// <summary>This broker does not have the feature.</summary>
    NotSupported,

    /// <summary>The type is unknown.</summary>
    UnknownType,

    /// <summary>The state of the disk forbids it now.</summary>
    Unavailable,

    /// <summary>An operator closes the client's connection.</summary>
    Forced,
}
