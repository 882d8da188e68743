using System.Runtime.Versioning;
using Amqp.Tests.Support;

[assembly: UnsupportedOSPlatform("windows")] // signals, Unix sockets, modes of files

namespace Amqp.Tests;

/// <summary>The broker that tests share goes when all are through.</summary>
[SetUpFixture]
public class TestRunSetUp
{
    [OneTimeTearDown]
    public Task StopTheBroker() => BrokerTarget.StopAsync();
}
