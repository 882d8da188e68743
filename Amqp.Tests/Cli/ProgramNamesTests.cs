using System.Diagnostics;
using Amqp.Server;

namespace Amqp.Tests.Cli;

/// <summary>If the executable runs under the name of one of RabbitMQ's programs, it acts as that program.</summary>
public sealed class ProgramNamesTests : CliTests
{
    [TestCase("/usr/sbin/rabbitmqctl", "rabbitmqctl status")]
    [TestCase("rabbitmqctl", "rabbitmqctl status")]
    [TestCase("rabbitmqctl.exe", "rabbitmqctl status")]
    [TestCase("/usr/bin/amqpbroker", "status")]
    [TestCase("rabbitmqctl.dll", "status")]
    [TestCase("", "status")]
    public void The_name_of_a_link_selects_the_program(string called, string expected) =>
        Assert.That(ProgramNames.AddTo(["status"], called), Is.EqualTo(expected.Split(' ')));

    [TestCase("rabbitmqctl status", "ctl status", "rabbitmqctl")]
    [TestCase("rabbitmq-diagnostics -q ping", "ctl -q ping", "rabbitmq-diagnostics")]
    [TestCase("rabbitmq-plugins list", "plugins list", "rabbitmq-plugins")]
    [TestCase("rabbitmqadmin list queues", "admin list queues", "rabbitmqadmin")]
    [TestCase("rabbitmq-server --port 1", "serve --port 1", "rabbitmq-server")]
    [TestCase("ctl rabbitmqctl", "ctl rabbitmqctl", "amqpbroker ctl")]
    public void The_first_argument_selects_the_program_too(string given, string expected, string program)
    {
        (string[] arguments, string name) = ProgramNames.Replace(given.Split(' '));

        Assert.That((string.Join(' ', arguments), name), Is.EqualTo((expected, program)));
    }

    [Test]
    public async Task A_symbolic_link_acts_as_the_program_of_its_name()
    {
        string link = Path.Combine(Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName, "rabbitmqctl");
        File.CreateSymbolicLink(link, Path.Combine(AppContext.BaseDirectory, "amqpbroker"));
        try
        {
            var start = new ProcessStartInfo(link, ["add_user"]) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();

            Assert.That(process.ExitCode, Is.EqualTo(64));
            Assert.That(error, Does.Contain("\nrabbitmqctl [--node <node>] [--longnames] [--quiet] add_user <username> <password>"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(link)!, recursive: true);
        }
    }

    [Test]
    public async Task A_ping_succeeds_without_a_login_because_a_health_check_has_none()
    {
        CliRun run = await RunHereAsync("rabbitmq-diagnostics", "-q", "-u", "nobody", "--password", "wrong", "ping");

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "Ping succeeded\n", "")));
    }

    [Test]
    public async Task A_ping_without_a_broker_fails()
    {
        CliRun run = await CliRun.HereAsync(
            ["rabbitmq-diagnostics", "-q", "ping"], new Dictionary<string, string> { ["AMQPBROKER_URL"] = "http://127.0.0.1:1" });

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((69, "")));
    }
}
