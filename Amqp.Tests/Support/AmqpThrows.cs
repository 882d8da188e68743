using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using NUnit.Framework.Constraints;

namespace Amqp.Tests.Support;

internal static class AmqpThrows
{
    private static ReplyCode? CodeOf(Exception? error) => error switch
    {
        BrokerException refused => refused.Error.Code(),
        AmqpException known => known.Code,
        _ => null,
    };

    extension(Throws)
    {
        /// <summary>An <see cref="AmqpException"/> of that code, or a <see cref="BrokerException"/> that AMQP's clients are told with it.</summary>
        public static Constraint AmqpError(ReplyCode code) =>
            Throws.Exception.With.Matches<Exception>(error => CodeOf(error) == code);

        /// <summary>The same, with exactly that text.</summary>
        public static Constraint AmqpError(ReplyCode code, string explanation) =>
            Throws.Exception.With.Matches<Exception>(error => CodeOf(error) == code).And.Message.EqualTo(explanation);
    }
}
