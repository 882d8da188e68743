using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker of this run goes when its tests are through.</summary>
[SetUpFixture]
public class BehaviourSetUp
{
    [OneTimeTearDown]
    public Task StopTheBroker() => BrokerTarget.StopAsync();
}
