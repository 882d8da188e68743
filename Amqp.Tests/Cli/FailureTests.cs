using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Cli;

/// <summary>Commands that fail have the right error texts and exit codes.</summary>
public sealed class FailureTests : CliTests
{
    [TestCase("publish q hi")]
    [TestCase("get q")]
    public async Task A_virtual_host_that_is_not_there_is_said_to_be_missing(string command)
    {
        CliRun run = await RunAsync([.. command.Split(' '), "--vhost", "nope"]);

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((67, "amqpbroker: There is no such virtual host. See them with: amqpbroker vhosts.\n")));
    }

    [TestCase("publish q hi")]
    [TestCase("get q")]
    public async Task Who_has_no_permission_in_a_virtual_host_is_told_how_to_get_it(string command)
    {
        string administrator = await NewUserAsync("administrator");

        CliRun run = await RunAsync([.. command.Split(' '), "--vhost", Host, "--user", administrator, "--password", "secret"]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((
            77,
            $"amqpbroker: '{administrator}' may not do that: Access refused. An administrator can grant "
                + "it with: amqpbroker permissions set.\n")));
    }

    [Test]
    public async Task What_the_broker_cannot_do_now_ends_with_69()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        var target = new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{broker.ManagementPort}" };

        CliRun published = await CliRun.RunAsync(["publish", "q", "hi"], environment: target);
        CliRun health = await CliRun.RunAsync(["health"], environment: target);
        CliRun ctl = await CliRun.RunAsync(["ctl", "-q", "check_local_alarms"], environment: target);

        Assert.That(
            (published.ExitCode, published.Error),
            Is.EqualTo((69, "amqpbroker: The broker cannot do that now: Publishers are blocked: low on disk.\n")));
        Assert.That(health.ExitCode, Is.EqualTo(69));
        Assert.That(ctl.ExitCode, Is.EqualTo(69));
    }

    [Test]
    public async Task What_the_broker_refuses_as_things_are_ends_with_65_and_its_reason()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        var target = new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{broker.ManagementPort}" };
        broker.Broker.VirtualHosts.Put("kept", VirtualHostDescription.None with { IsProtected = true });

        CliRun run = await CliRun.RunAsync(["vhosts", "delete", "kept"], environment: target);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (65, "amqpbroker: The broker refuses: Refusing to delete virtual host 'kept' because it is protected from deletion.\n")));
    }

    [TestCase("--url http://127.0.0.1:1 users declare u", "--url")]
    [TestCase("--user jo queues", "--user")]
    [TestCase("-u jo --password x queues list", "-u")]
    public async Task An_option_ahead_of_its_command_is_told_where_it_belongs(string line, string option)
    {
        CliRun run = await RunAsync(line.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {option} belongs after the whole command, as in: amqpbroker "));
        Assert.That(run.Error, Does.Contain($" {option} <").And.Not.Contains("did you mean").And.Not.Contains("Unrecognized"));
    }

    [Test]
    public async Task A_file_that_is_none_of_profiles_is_told_from_a_configuration()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "listeners.tcp.default = 5672\n");

        CliRun run = await RunAsync("status", "--config", file);

        File.Delete(file);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((
            78,
            $"amqpbroker: {file} is not a profile file, which is JSON. If it is a broker's "
                + "configuration, name the broker with --url instead.\n")));
    }

    [Test]
    public async Task Tls_to_a_port_without_it_is_told_so()
    {
        string port = (await BrokerTarget.ApiUriAsync()).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        CliRun run = await CliRun.RunAsync(["status", "--url", $"https://127.0.0.1:{port}"]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((
            69,
            $"amqpbroker: The server at https://127.0.0.1:{port} does not speak TLS. Try "
                + $"http://127.0.0.1:{port}, or name the port of management.ssl.port.\n")));
    }

    [Test]
    public async Task A_certificate_that_nobody_here_trusts_is_told_what_to_do_about()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            "management.ssl.port = 0",
            $"management.ssl.certfile = '{authority.ServerCertificateFile}'",
            $"management.ssl.keyfile = '{authority.ServerKeyFile}'");
        string url = $"https://localhost:{broker.ManagementTlsPort}";

        CliRun untrusted = await CliRun.RunAsync(["status", "--url", url]);
        CliRun trusted = await CliRun.RunAsync(
            ["status", "--url", url], environment: new Dictionary<string, string> { ["SSL_CERT_FILE"] = authority.CertificateFile });
        CliRun plain = await CliRun.RunAsync(["status", "--url", $"http://localhost:{broker.ManagementTlsPort}"]);

        Assert.That((untrusted.ExitCode, untrusted.Error), Is.EqualTo((
            69,
            $"amqpbroker: The certificate of {url} is not trusted: no authority known to this system has issued it. Name "
                + "its authority's certificate in the variable SSL_CERT_FILE, or add it to those of the system.\n")));
        Assert.That(trusted.Output, Does.Contain($"at {url}"), trusted.Error);
        Assert.That(trusted.ExitCode, Is.Zero);
        Assert.That((plain.ExitCode, plain.Error), Is.EqualTo((
            69,
            $"amqpbroker: The server at http://localhost:{broker.ManagementTlsPort} closed the connection without a "
                + "response. Check the URL: the HTTP API is on port 15672 unless management.tcp.port is set, and over TLS "
                + "its URL begins with https://. A broker also does this when management.connection_max is reached.\n")));
    }
}
