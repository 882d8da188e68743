namespace Amqp.Server.Broker.Errors;

/// <summary>An error of a client's request. A front end translates the error into terms of its protocol.</summary>
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

    /// <summary>A limit is reached, or a consumer tag is in use.</summary>
    NotAllowed,

    /// <summary>This broker does not have the feature.</summary>
    NotSupported,

    /// <summary>The type of an exchange is unknown.</summary>
    UnknownType,

    /// <summary>The request needs the disk, which cannot be read or written now.</summary>
    Unavailable,

    /// <summary>The broker closes the client's connection, for example because its virtual host was deleted.</summary>
    Forced,
}
