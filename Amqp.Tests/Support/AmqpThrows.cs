using Amqp.Protocol;
using NUnit.Framework.Constraints;

namespace Amqp.Tests.Support;

internal static class AmqpThrows
{
    extension(Throws)
    {
        /// <summary>An <see cref="AmqpException"/> of that code.</summary>
        public static Constraint AmqpError(ReplyCode code) =>
            Throws.TypeOf<AmqpException>().With.Property(nameof(AmqpException.Code)).EqualTo(code);

        /// <summary>An <see cref="AmqpException"/> of that code and exactly that text.</summary>
        public static Constraint AmqpError(ReplyCode code, string explanation) =>
            Throws.TypeOf<AmqpException>().With.Property(nameof(AmqpException.Code)).EqualTo(code)
                .And.Message.EqualTo(explanation);
    }
}
