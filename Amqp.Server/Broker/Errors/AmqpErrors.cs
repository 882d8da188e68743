using Amqp.Protocol;

namespace Amqp.Server.Broker.Errors;

/// <summary>The broker's errors as AMQP has them: for its channels, and for HTTP, where RabbitMQ's texts bear the codes.</summary>
internal static class AmqpErrors
{
    /// <summary>The reply code of a kind of error.</summary>
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

    /// <param name="error">What the broker says.</param>
    /// <param name="cause">The method that it was asked by; default when it was none.</param>
    public static AmqpException ToAmqp(this BrokerException error, MethodId cause = default) => new(error.Error.Code(), error.Message, cause);
}
