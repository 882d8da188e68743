namespace Amqp.Tests.Interop;

/// <summary>Clients send requests and get replies with the same correlation id. The two sides may use different client libraries.</summary>
[TestFixture(ClientLanguage.Python, ClientLanguage.Node)]
[TestFixture(ClientLanguage.Node, ClientLanguage.Python)]
public sealed class RpcTests(ClientLanguage client, ClientLanguage server) : InteropFixture(client)
{
    [OneTimeSetUp]
    public Task InstallServerAsync() => RequireAsync(server);

    [Test]
    public async Task Each_reply_finds_its_request()
    {
        string queue = Unique("rpc_queue");
        await using ClientProgram serving = Start(server, "rpc_server", "--queue", queue, "--count", "3");
        await serving.PrintedAsync("Awaiting RPC requests");

        IReadOnlyList<string> lines = await RunAsync("rpc_client", "--queue", queue, "30", "1", "12");

        Assert.That(lines.TakeLast(3), Is.EqualTo(new[]
        {
            " [.] Got fib(30) = 832040",
            " [.] Got fib(1) = 1",
            " [.] Got fib(12) = 144",
        }));
        await serving.FinishedAsync();
    }
}
