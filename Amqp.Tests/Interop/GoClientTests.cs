namespace Amqp.Tests.Interop;

/// <summary>The tests that belong to RabbitMQ's Go client pass with this broker, as they do with RabbitMQ.</summary>
[TestFixture]
[Category("Interop")]
public sealed class GoClientTests
{
    // Minimum numbers of tests, from version 1.5.0 of the client. If fewer tests are found, the search for tests is broken.
    private const int LeastIntegrationTests = 65;
    private const int LeastOtherTests = 51;

    private const int Tries = 5;

    [OneTimeSetUp]
    public Task BuildAsync() => Prerequisite.RequireAsync("Go client's tests", GoClient.WhatIsMissingAsync());

    [Test]
    public async Task The_clients_own_integration_tests_pass()
    {
        IReadOnlyList<string> tests = GoClient.IntegrationTests();

        // The broker reports RabbitMQ as its product name. With another product name, some tests would return without testing anything.
        (IReadOnlyDictionary<string, string> outcomes, string output) =
            await GoClient.RunAsync(await InteropRun.NamedRabbitMqAsync(), tests);

        Assert.That(tests, Has.Count.AtLeast(LeastIntegrationTests));
        Assert.That(tests.Where(test => outcomes.GetValueOrDefault(test) is not "pass"), Is.Empty, output);
        Assert.That(outcomes[GoClient.Whole], Is.EqualTo("pass"), output); // the program also fails if the tests leave a connection open
    }

    /// <remarks>Runs failed tests again, because timeouts of a millisecond in some tests are too short on a busy machine.</remarks>
    [Test]
    public async Task The_clients_other_tests_pass()
    {
        IReadOnlyList<string> tests = await GoClient.OtherTestsAsync();
        Uri broker = await InteropRun.NamedRabbitMqAsync();
        List<string> failed = [.. tests];
        string output = "";

        for (int left = Tries; left > 0 && failed.Count > 0; left--)
        {
            (IReadOnlyDictionary<string, string> outcomes, output) = await GoClient.RunAsync(broker, failed);
            failed.RemoveAll(test => outcomes.GetValueOrDefault(test) is "pass");
        }

        Assert.That(tests, Has.Count.AtLeast(LeastOtherTests));
        Assert.That(failed, Is.Empty, output);
    }
}
