using AmqpBroker.Embedded;

namespace Amqp.Tests.Embedded;

/// <summary>An embedded broker ignores settings in the environment variables of the process that starts it.</summary>
[NonParallelizable] // brokers that other tests start inherit the variables of this process
public sealed class EmbeddedEnvironmentTests
{
    [Test]
    public async Task Variables_of_the_caller_do_not_change_the_broker()
    {
        Environment.SetEnvironmentVariable("RABBITMQ_DEFAULT_USER", "other");
        Environment.SetEnvironmentVariable("AMQPBROKER_LOG_CONSOLE_LEVEL", "error");
        try
        {
            await using EmbeddedBroker broker = await TestedBroker.StartAsync();

            await broker.DeclareQueueAsync("q"); // succeeds only if the user guest exists
            Assert.That(broker.Log[0], Does.Contain("[info]"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("RABBITMQ_DEFAULT_USER", null);
            Environment.SetEnvironmentVariable("AMQPBROKER_LOG_CONSOLE_LEVEL", null);
        }
    }
}
