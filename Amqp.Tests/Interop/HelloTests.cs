namespace Amqp.Tests.Interop;

/// <summary>
/// A program sends messages to a queue, and another program receives them. The programs may use different client libraries.
/// </summary>
[TestFixture(ClientLanguage.Python, ClientLanguage.Python)]
[TestFixture(ClientLanguage.Python, ClientLanguage.Node)]
[TestFixture(ClientLanguage.Node, ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node, ClientLanguage.Node)]
[TestFixture(ClientLanguage.DotNet6, ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node, ClientLanguage.DotNet6)]
public sealed class HelloTests(ClientLanguage producer, ClientLanguage consumer) : InteropFixture(producer)
{
    [OneTimeSetUp]
    public Task InstallConsumerAsync() => RequireAsync(consumer);

    [Test]
    public async Task Messages_wait_for_their_consumer_and_arrive_in_order()
    {
        string queue = Unique("hello");
        await RunAsync("hello_producer", "--queue", queue, "--count", "3");

        IReadOnlyList<string> lines = await RunAsync(consumer, "hello_consumer", "--queue", queue, "--count", "3");

        Assert.That(lines.Where(line => line.Contains("Received", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            " [x] Received 'Hello World! 1'",
            " [x] Received 'Hello World! 2'",
            " [x] Received 'Hello World! 3'",
        }));
    }

    [Test]
    public async Task A_waiting_consumer_is_handed_each_message_as_it_comes()
    {
        string queue = Unique("hello");
        await using ClientProgram waiting = Start(consumer, "hello_consumer", "--queue", queue, "--count", "2");
        await waiting.PrintedAsync("Waiting for");

        await RunAsync("hello_producer", "--queue", queue);
        await waiting.PrintedAsync("Received 'Hello World! 1'");
        await RunAsync("hello_producer", "--queue", queue);

        Assert.That(await waiting.FinishedAsync(), Has.Exactly(2).EqualTo(" [x] Received 'Hello World! 1'"));
    }
}
