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
        /// <summary>
        /// Matches an <see cref="AmqpException"/> with the given reply code, or a <see cref="BrokerException"/> that AMQP clients see with
        /// this code.
        /// </summary>
        public static Constraint AmqpError(ReplyCode code) =>
            Throws.Exception.With.Matches<Exception>(error => CodeOf(error) == code);

        /// <summary>Matches an exception with the given reply code and exactly the given message.</summary>
        public static Constraint AmqpError(ReplyCode code, string explanation) =>
            Throws.Exception.With.Matches<Exception>(error => CodeOf(error) == code).And.Message.EqualTo(explanation);
    }
}
