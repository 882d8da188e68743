using Amqp.Tests.Behaviour.Management;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>
/// Base of the command line tests. A command runs in a new process or in the process of the tests. Each test has its own virtual host.
/// </summary>
public abstract class CliTests : ApiTests
{
    private protected string Host { get; private set; } = "";

    [SetUp]
    public async Task MakeVirtualHost()
    {
        await SkipOnRabbitMqAsync("The tests are for the command line of this broker.");
        Host = await NewVirtualHostAsync();
    }

    /// <summary>Runs a command as a process. The command uses the broker of the tests.</summary>
    private protected static async Task<CliRun> RunAsync(params string[] arguments) =>
        await CliRun.RunAsync(arguments, environment: await TargetAsync());

    /// <summary>Runs a command as a process that reads this text from its standard input.</summary>
    private protected static async Task<CliRun> PipeAsync(string input, params string[] arguments) =>
        await CliRun.RunAsync(arguments, input, await TargetAsync());

    /// <summary>Runs a command as a process. The command must exit with 0 and write nothing to standard error.</summary>
    private protected static async Task<CliRun> DoAsync(params string[] arguments)
    {
        CliRun run = await RunAsync(arguments);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")), $"amqpbroker {string.Join(' ', arguments)} printed: {run.Output}");
        return run;
    }

    /// <summary>Runs a rabbitmqctl command as a process. The command uses the test's virtual host.</summary>
    private protected Task<CliRun> CtlAsync(params string[] arguments) =>
        RunAsync(["ctl", "-n", "ref@localhost", "-p", Host, .. arguments]);

    /// <summary>Runs a command within this process.</summary>
    private protected static async Task<CliRun> RunHereAsync(params string[] arguments) =>
        await CliRun.HereAsync(arguments, await TargetAsync());

    /// <summary>Runs a command within this process. The command must exit with 0 and write nothing to standard error.</summary>
    private protected static async Task<CliRun> HereAsync(params string[] arguments)
    {
        CliRun run = await RunHereAsync(arguments);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")), $"amqpbroker {string.Join(' ', arguments)} printed: {run.Output}");
        return run;
    }

    /// <summary>Runs a rabbitmqctl command within this process. The command uses the test's virtual host.</summary>
    private protected Task<CliRun> CtlRunHereAsync(params string[] arguments) =>
        RunHereAsync(["ctl", "-n", "ref@localhost", "-p", Host, .. arguments]);

    /// <summary>Runs a rabbitmqctl command within this process. The command uses the test's virtual host, and must succeed.</summary>
    private protected Task<CliRun> CtlHereAsync(params string[] arguments) =>
        HereAsync(["ctl", "-n", "ref@localhost", "-p", Host, .. arguments]);

    private protected static async Task<Dictionary<string, string>> TargetAsync() =>
        new() { ["AMQPBROKER_URL"] = (await BrokerTarget.ApiUriAsync()).ToString() };
}
