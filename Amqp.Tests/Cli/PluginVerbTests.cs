namespace Amqp.Tests.Cli;

/// <summary><c>rabbitmq-plugins</c> prints the texts of RabbitMQ 3.10.8, for built-in plugins and for unknown plugins.</summary>
public sealed class PluginVerbTests : CliTests
{
    private const string Node = "rabbit@a";

    [Test]
    public async Task The_list_has_state_name_and_version()
    {
        CliRun run = await PluginsAsync("list", "prometheus");

        Assert.That(run.Output, Does.Match(
            @"^Listing plugins with pattern ""prometheus"" \.\.\.\n Configured: E = explicitly enabled; e = implicitly enabled\n"
                + @" \| Status: \* = running on rabbit@a\n \|/\n\[E\*\] rabbitmq_prometheus \d+\.\d+\.\d+\n$"));
    }

    [Test]
    public async Task The_list_of_a_broker_that_does_not_run_has_no_state()
    {
        CliRun run = await CliRun.HereAsync(
            ["rabbitmq-plugins", "-n", Node, "list", "agent"],
            new Dictionary<string, string> { ["AMQPBROKER_URL"] = "http://127.0.0.1:1" });

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("Status: [failed to contact rabbit@a - status not shown]\n"));
        Assert.That(run.Output, Does.Contain("[e ] rabbitmq_management_agent "));
    }

    [TestCase(
        "-q list -e -m management",
        "rabbitmq_federation_management\nrabbitmq_management\nrabbitmq_management_agent\nrabbitmq_shovel_management\n")]
    [TestCase("-q list -E -m management", "rabbitmq_federation_management\nrabbitmq_management\nrabbitmq_shovel_management\n")]
    [TestCase("list -m stomp", "Listing plugins with pattern \"stomp\" ...\n")]
    [TestCase("list -m --formatter json event", """{"format":"minimal","plugins":["rabbitmq_event_exchange"]}""" + "\n")]
    public async Task The_minimal_list_has_names_only(string command, string expected) =>
        Assert.That((await PluginsAsync(command.Split(' '))).Output, Is.EqualTo(expected));

    [TestCase(
        "is_enabled rabbitmq_management",
        "Asking node rabbit@a if plugin rabbitmq_management is enabled...\nPlugin rabbitmq_management is enabled on node rabbit@a\n")]
    [TestCase("-q is_enabled rabbitmq_management rabbitmq_prometheus",
        "Plugins rabbitmq_management, rabbitmq_prometheus are enabled on node rabbit@a\n")]
    public async Task A_plugin_that_is_built_in_is_enabled(string command, string expected) =>
        Assert.That((await PluginsAsync(command.Split(' '))).Output, Is.EqualTo(expected));

    [TestCase("enable rabbitmq_management rabbitmq_prometheus")]
    [TestCase("enable --offline rabbitmq_delayed_message_exchange")]
    [TestCase("enable --all")]
    [TestCase("set rabbitmq_management")]
    [TestCase("disable rabbitmq_stomp")]
    public async Task Enabling_what_is_built_in_changes_nothing(string command)
    {
        CliRun run = await PluginsAsync(command.Split(' '));

        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Output, Does.Contain("The following plugins have been configured:\n  rabbitmq_auth_mechanism_ssl\n"));
        Assert.That(run.Output, Does.EndWith("Applying plugin configuration to rabbit@a...\nPlugin configuration unchanged.\n"));
    }

    [Test]
    public async Task A_plugin_that_is_built_in_cannot_be_disabled()
    {
        CliRun run = await PluginsAsync("disable", "rabbitmq_management", "rabbitmq_stomp");

        Assert.That(run.Error, Is.EqualTo("rabbitmq_management: built into this broker, so it stays enabled\n"));
    }

    [TestCase("enable rabbitmq_stomp rabbitmq_management", 70, "{:plugins_not_found, [:rabbitmq_stomp]}")]
    [TestCase("is_enabled rabbitmq_stomp", 69, "Plugin rabbitmq_stomp is not enabled on node rabbit@a.")]
    [TestCase("is_enabled rabbitmq_top rabbitmq_stomp", 69, "Plugins rabbitmq_top, rabbitmq_stomp are not enabled on node rabbit@a.")]
    [TestCase("enable", 64, "Error (argument validation): not enough arguments.")]
    [TestCase("enabel x", 64, "Did you mean 'enable'?")]
    [TestCase("list (", 64, "'(' is no regular expression")]
    [TestCase("directories", 69, "this broker has no folders of plugins")]
    public async Task What_is_not_built_in_is_an_error_that_names_what_is(string command, int code, string expected)
    {
        CliRun run = await RunHereAsync(["rabbitmq-plugins", "-n", Node, .. command.Split(' ')]);

        Assert.That(run.ExitCode, Is.EqualTo(code));
        Assert.That(run.Error, Does.Contain(expected));
        if (code is 69 or 70)
            Assert.That(run.Error, Does.Contain("These plugins are built in: rabbitmq_auth_mechanism_ssl, "));
    }

    private static async Task<CliRun> PluginsAsync(params string[] arguments)
    {
        CliRun run = await RunHereAsync(["rabbitmq-plugins", "-n", Node, .. arguments]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }
}
