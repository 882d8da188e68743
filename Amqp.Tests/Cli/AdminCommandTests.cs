using Amqp.Server.Cli.Api;
using Amqp.Tests.Configuration;

namespace Amqp.Tests.Cli;

/// <summary>Tests options and errors of <c>rabbitmqadmin</c> for which the tests have no recorded output of RabbitMQ.</summary>
public sealed class AdminCommandTests : CliTests
{
    [TestCase("--vhost={v} declare queue name=a auto_delete=false durable=true arguments={}", "queue declared")]
    [TestCase("declare queue name=a -V {v}", "queue declared")]
    [TestCase("-V{v} -q declare queue name=a", "")]
    [TestCase("declare policy --vhost={v} name=p pattern=^a priority=3 apply-to=queues definition={\"max-length\":5}", "policy declared")]
    [TestCase("declare vhost_limit vhost={v} name=max-queues value=7", "vhost_limit declared")]
    [TestCase("declare permission vhost={v} user=guest configure=.* write=.* read=.*", "permission declared")]
    [TestCase("-U {url} -V {v} declare exchange name=e type=topic", "exchange declared")]
    public async Task Options_stand_before_and_behind_the_command(string command, string expected)
    {
        CliRun run = await AdminAsync(command);

        Assert.That((run.ExitCode, run.Output.Trim(), run.Error), Is.EqualTo((0, expected, "")));
    }

    [TestCase("", "Action not specified")]
    [TestCase("blow", "Action blow not understood")]
    [TestCase("declare", "Type not specified")]
    [TestCase("declare queue a", "Argument \"a\" not in format name=value")]
    [TestCase("declare queue nam=a", "Argument \"nam\" not recognised")]
    [TestCase("declare queue", "mandatory argument \"name\" required")]
    [TestCase("declare user name=a tags=", "mandatory argument \"password\" or \"password_hash\" required")]
    [TestCase("declare queue name=", "argument \"name\" must not be empty")]
    [TestCase("list queues -f xml", "Format xml not recognised")]
    [TestCase("list queues --depth x", "--depth: 'x' is no whole number")]
    [TestCase("list queues -V", "-V requires an argument")]
    [TestCase("list queues -x", "no such option: -x")]
    [TestCase("-c file list queues", "-c cannot be done: give host, port and login with -H, -P, -u and -p")]
    [TestCase("export", "Exactly one argument required")]
    [TestCase("get queue=a count=2 payload_file=f", "Cannot get multiple messages using payload_file")]
    public async Task A_mistake_is_named(string command, string expected)
    {
        CliRun run = await AdminAsync(command);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.EqualTo($"\nERROR: {expected}\n\nrabbitmqadmin --help for help\n\n"));
    }

    [TestCase("declare queue name=a arguments={", "*** Could not parse JSON:\n  {\n")]
    [TestCase("-u nobody -p wrong list queues", "*** Access refused: /api/queues?columns=name,messages\n")]
    public async Task A_refusal_is_printed_to_standard_error(string command, string expected)
    {
        CliRun run = await AdminAsync(command);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, expected)));
    }

    [Test]
    public async Task The_help_lists_all_subcommands()
    {
        CliRun run = await AdminAsync("--help");

        Assert.That(run.Output, Does.StartWith("Usage: rabbitmqadmin [options] subcommand\n").And.Contain("  declare queue name=... ["));
    }

    [Test]
    public void The_first_user_logs_in_if_the_environment_names_it_and_no_other_broker_is_meant()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>
        {
            ["RABBITMQ_DEFAULT_USER"] = "first",
            ["RABBITMQ_DEFAULT_PASS_FILE"] = folder.Write("pass", "secret\n"),
        };

        BrokerLogin login = new LoginSettings(null, null, null, null, null).Resolve(environment, askPassword: null);
        BrokerLogin elsewhere = new LoginSettings("http://elsewhere", null, null, null, null).Resolve(environment, askPassword: null);

        Assert.That((login.User, login.Password), Is.EqualTo(("first", "secret")));
        Assert.That((elsewhere.User, elsewhere.Password), Is.EqualTo(("guest", "guest")));
    }

    private async Task<CliRun> AdminAsync(string command)
    {
        Dictionary<string, string> target = await TargetAsync();
        string[] words = [.. command.Replace("{v}", Host, StringComparison.Ordinal)
            .Replace("{url}", target["AMQPBROKER_URL"].TrimEnd('/'), StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return await CliRun.HereAsync(["rabbitmqadmin", .. words], target);
    }
}
