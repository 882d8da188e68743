using System.CommandLine;
using Amqp.Server;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>The command line accepts the right commands and options, prints the right output, and exits with the right codes.</summary>
public class CommandLineTests
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private BrokerConfiguration? _served;

    [TearDown]
    public void Forget()
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        _served = null;
    }

    [TestCase("")]
    [TestCase("serve")]
    public async Task Without_a_command_and_with_serve_the_broker_serves(string arguments)
    {
        Assert.That(await RunAsync(arguments), Is.Zero);
        Assert.That(_served, Is.Not.Null);
    }

    [TestCase("--bind 10.0.0.1 --bind 10.0.0.2 --port 1 --management-port 2 --data-dir d")]
    [TestCase("serve --bind 10.0.0.1 --bind 10.0.0.2 --port 1 --management-port 2 --data-dir d")]
    public async Task Options_set_what_the_broker_serves_with(string arguments)
    {
        await RunAsync(arguments);

        BrokerOptions options = _served!.Options;
        Assert.That(string.Join(' ', options.Listeners), Is.EqualTo("10.0.0.1:1 10.0.0.2:1"));
        Assert.That(string.Join(' ', options.Management.Listeners), Is.EqualTo("10.0.0.1:2 10.0.0.2:2"));
        Assert.That(options.DataDirectory, Is.EqualTo("d"));
    }

    [TestCase("serve", false)]
    [TestCase("serve --stop-when-stdin-closes", true)]
    public async Task The_broker_watches_its_standard_input_if_it_is_asked_to(string arguments, bool stops)
    {
        await RunAsync(arguments);

        Assert.That(_served!.Options.StopsWithStandardInput, Is.EqualTo(stops));
    }

    [Test]
    public async Task The_exit_code_of_serving_is_that_of_the_process() =>
        Assert.That(await RunAsync("serve", exitCode: 5), Is.EqualTo(5));

    [Test]
    public async Task A_bad_value_of_an_option_stops_the_start_with_EX_CONFIG()
    {
        Assert.That(await RunAsync("--port 70000"), Is.EqualTo(78));
        Assert.That(_served, Is.Null);
        Assert.That(_error.ToString(), Is.EqualTo(
            "amqpbroker: --port: listeners.tcp.default: '70000' will not do; expected a port, address:port or [IPv6 address]:port\n"));
    }

    [Test]
    public async Task A_bad_file_stops_the_start_with_EX_CONFIG()
    {
        using var file = new TemporaryFile("heartbaet = 1");

        Assert.That(await RunAsync($"--config {file.Path}"), Is.EqualTo(78));
        Assert.That(_error.ToString(), Is.EqualTo($"amqpbroker: {file.Path}:1: unknown setting 'heartbaet'; did you mean 'heartbeat'?\n"));
    }

    [TestCase("--prot 5672", "--prot", "'--prot'; did you mean '--port'?", "amqpbroker --help")]
    [TestCase("queues lst", "lst", "'lst'; did you mean 'list'?", "amqpbroker queues --help")]
    [TestCase("queues list --everything", "--everything", "'--everything'.", "amqpbroker queues list --help")]
    public async Task A_line_that_is_not_understood_is_said_where_and_where_the_help_is(
        string line, string mistake, string said, string help)
    {
        Assert.That(await RunAsync(line), Is.EqualTo(1));
        Assert.That(_served, Is.Null);
        string[] lines = [.. _error.ToString()
            .Split('\n')
            .Where(text => text.Contains(mistake, StringComparison.Ordinal) || text.Contains("try", StringComparison.Ordinal))];
        Assert.That(lines, Is.EqualTo(new[] { $"amqpbroker: Unrecognized command or argument {said}", $"amqpbroker: try '{help}'" }));
        Assert.That(_output.ToString(), Is.Empty);
    }

    [Test]
    public async Task Config_check_prints_what_is_not_at_its_default()
    {
        using var file = new TemporaryFile("heartbeat = 30\nframe_max = 131072\nnet_ticktime = 5");

        Assert.That(await RunAsync($"config check --config {file.Path}"), Is.Zero);
        Assert.That(_output.ToString(), Is.EqualTo($"""
            # {file.Path}:3: net_ticktime has no effect: the settings cluster.* configure a cluster of this broker, see docs/cluster.md
            heartbeat = 30  # {file.Path}:1
            # The configuration is valid; every other setting is at its default.

            """));
    }

    [Test]
    public async Task Config_check_reports_errors()
    {
        using var file = new TemporaryFile("heartbeat = often");

        Assert.That(await RunAsync($"config check --config {file.Path}"), Is.EqualTo(78));
        Assert.That(_error.ToString(), Does.Contain(":1: heartbeat: 'often' will not do; expected a whole number from 0 to 65535"));
    }

    [Test]
    public async Task Version_is_printed()
    {
        Assert.That(await RunAsync("--version"), Is.Zero);
        Assert.That(_output.ToString(), Does.Match(@"^\d+\.\d+\.\d+"));
    }

    [Test]
    public async Task Help_names_every_option()
    {
        Assert.That(await RunAsync("--help"), Is.Zero);
        foreach (string option in new[] { "--bind", "--port", "--management-port", "--data-dir", "--config", "serve", "config" })
            Assert.That(_output.ToString(), Does.Contain(option));
    }

    private Task<int> RunAsync(string arguments, int exitCode = 0)
    {
        var commands = new BrokerCommandLine(
            (configuration, _, _) =>
            {
                _served = configuration;
                return Task.FromResult(exitCode);
            },
            _ => { },
            new Dictionary<string, string>());
        return commands.RunAsync(
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            new InvocationConfiguration { Output = _output, Error = _error });
    }
}
