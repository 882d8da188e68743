using Amqp.Tests.Support;

namespace Amqp.Tests;

/// <summary>Stops the broker that most tests share. Runs after all tests have ended.</summary>
[SetUpFixture]
public class TestRunSetUp
{
    [OneTimeTearDown]
    public Task StopTheBroker() => BrokerTarget.StopAsync();
}
