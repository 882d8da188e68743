using Amqp.Tests.Support;
using AmqpBroker.Embedded;

namespace Amqp.Tests.Embedded;

/// <summary>Starts the broker under test with the package AmqpBroker.Embedded.</summary>
internal static class TestedBroker
{
    /// <summary>Options with the path of the broker under test.</summary>
    public static EmbeddedBrokerOptions Options => new() { Program = BrokerProgram.Words[^1] };

    /// <inheritdoc cref="EmbeddedBroker.StartAsync"/>
    public static Task<EmbeddedBroker> StartAsync() => EmbeddedBroker.StartAsync(Options);
}
