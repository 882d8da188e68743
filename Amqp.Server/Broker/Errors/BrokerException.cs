namespace Amqp.Server.Broker.Errors;

/// <summary>Thrown if a client's request fails. The error becomes an AMQP reply code or an HTTP status code.</summary>
/// <param name="error">Kind of error.</param>
/// <param name="message">Reason in RabbitMQ's words.</param>
internal sealed class BrokerException(BrokerError error, string message) : Exception(message)
{
    public BrokerError Error { get; } = error;
}

/// <summary>Reasons for which a client's request fails.</summary>
internal enum BrokerError
{
    /// <summary>The object that the request names does not exist.</summary>
    NotFound,

    /// <summary>The user lacks a permission, or the name is reserved.</summary>
    Refused,

    /// <summary>The object exists with other properties, is in use or is not empty. Or an argument is invalid.</summary>
    Precondition,

    /// <summary>The object is exclusive to another connection.</summary>
    Locked,

    /// <summary>A limit is reached, or a consumer tag is in use.</summary>
    NotAllowed,

    /// <summary>This broker does not have the requested feature.</summary>
    NotSupported,

    /// <summary>The type of an exchange is unknown.</summary>
    UnknownType,

    /// <summary>The request needs the disk, which currently cannot be read or written.</summary>
    Unavailable,

    /// <summary>The broker closes the client's connection, for example because its virtual host was deleted.</summary>
    Forced,
}
