using Amqp.Protocol;

namespace Amqp.Server.Broker.Errors;

/// <summary>
/// Translates the broker's errors into AMQP's reply codes, for channels and for the HTTP API. RabbitMQ's HTTP API has these codes in its
/// error texts.
/// </summary>
internal static class AmqpErrors
{
    /// <summary>Returns the reply code of a kind of error.</summary>
    public static ReplyCode Code(this BrokerError error) => error switch
    {
        BrokerError.NotFound => ReplyCode.NotFound,
        BrokerError.Refused => ReplyCode.AccessRefused,
        BrokerError.Precondition => ReplyCode.PreconditionFailed,
        BrokerError.Locked => ReplyCode.ResourceLocked,
        BrokerError.NotAllowed => ReplyCode.NotAllowed,
        BrokerError.NotSupported => ReplyCode.NotImplemented,
        BrokerError.UnknownType => ReplyCode.CommandInvalid,
        BrokerError.Forced => ReplyCode.ConnectionForced,
        _ => ReplyCode.InternalError,
    };

    /// <param name="error">Error of the broker.</param>
    /// <param name="cause">Method that caused the error; default if no method did.</param>
    public static AmqpException ToAmqp(this BrokerException error, MethodId cause = default) =>
        new(error.Error.Code(), error.Message, cause);
}
