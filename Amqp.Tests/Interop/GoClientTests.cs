namespace Amqp.Tests.Interop;

/// <summary>RabbitMQ's client for Go passes its own integration tests here, as it does with RabbitMQ.</summary>
[TestFixture]
[Category("Interop")]
public sealed class GoClientTests
{
    private const int LeastTests = 60; // 66 in version 1.5.0

    [OneTimeSetUp]
    public Task BuildAsync() => Prerequisite.RequireAsync("Go client's tests", GoClient.WhatIsMissingAsync());

    [Test]
    public async Task The_clients_own_integration_tests_pass()
    {
        IReadOnlyList<string> tests = GoClient.Tests();

        // Some of them are for a product named RabbitMQ only, and with another do nothing.
        (IReadOnlyDictionary<string, string> outcomes, string output) =
            await GoClient.RunAsync(await InteropRun.NamedRabbitMqAsync(), tests);

        Assert.That(tests, Has.Count.AtLeast(LeastTests));
        Assert.That(tests.Where(test => outcomes.GetValueOrDefault(test) is not "pass"), Is.Empty, output);
        Assert.That(outcomes[GoClient.Whole], Is.EqualTo("pass"), output); // no connection is left over
    }
}
