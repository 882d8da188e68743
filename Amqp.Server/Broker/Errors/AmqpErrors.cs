using Amqp.Protocol;

namespace Amqp.Server.Broker.Errors;

/// <summary>Translates the broker's errors into AMQP reply codes, for channels and for error texts of the HTTP API.</summary>
internal static class AmqpErrors
{
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

    public static AmqpException ToAmqp(this BrokerException error, MethodId cause = default) =>
        new(error.Error.Code(), error.Message, cause);
}
