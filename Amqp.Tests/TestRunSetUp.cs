using Amqp.Tests.Support;

namespace Amqp.Tests;

/// <summary>The broker that tests share goes when all are through.</summary>
[SetUpFixture]
public class TestRunSetUp
{
    [OneTimeTearDown]
    public Task StopTheBroker() => BrokerTarget.StopAsync();
}
