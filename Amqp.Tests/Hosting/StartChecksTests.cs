using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using Amqp.Tests.Configuration;

namespace Amqp.Tests.Hosting;

/// <summary>Some errors of a configuration can be found without starting the broker. So <c>config check</c> reports them too.</summary>
public class StartChecksTests
{
    [TestCase("listeners.ssl.1 = 1", "listeners.ssl needs a certificate: set ssl_options.certfile and ssl_options.keyfile.")]
    [TestCase("management.ssl.port = 1", "management.ssl needs a certificate: set management.ssl.certfile and management.ssl.keyfile.")]
    [TestCase("prometheus.ssl.port = 1", "prometheus.ssl needs a certificate: set prometheus.ssl.certfile and prometheus.ssl.keyfile.")]
    public void Each_kind_of_listener_with_TLS_needs_a_certificate(string line, string expected) =>
        Assert.That(ErrorsOf(line), Is.EqualTo(new[] { expected }));

    [Test]
    public void Certificates_are_not_looked_at_where_nobody_listens() =>
        Assert.That(
            ErrorsOf("ssl_options.certfile = nowhere.pem\nmanagement.ssl.certfile = nowhere.pem\nprometheus.ssl.certfile = nowhere.pem"),
            Is.Empty);

    // No machine has an address of 203.0.113.0/24, which is reserved for documentation.
    [TestCase("listeners.tcp.1 = 203.0.113.7:1", "203.0.113.7:1")]
    [TestCase("management.tcp.ip = 203.0.113.7", "203.0.113.7:15672")]
    [TestCase("prometheus.tcp.ip = 203.0.113.7", "203.0.113.7:15692")]
    [TestCase(
        "listeners.tcp.1 = 203.0.113.7:1\nlisteners.tcp.2 = 203.0.113.8:2\nmanagement.tcp.ip = 203.0.113.7", "203.0.113.7:1 203.0.113.8:2")]
    public void Each_listener_listens_on_an_address_of_this_machine(string lines, string endPoints) => Assert.That(
        ErrorsOf(lines), Is.EqualTo(endPoints.Split(' ').Select(endPoint =>
            $"Cannot listen on {endPoint}: this machine has no such address. Choose another with --bind.")));

    [Test]
    public void A_listener_with_TLS_listens_on_an_address_of_this_machine_too() =>
        Assert.That(
            ErrorsOf(
                "listeners.ssl.1 = 203.0.113.7:1\nmanagement.ssl.port = 1\nmanagement.ssl.ip = "
                    + "203.0.113.8\nprometheus.ssl.port = 1\nprometheus.ssl.ip = 203.0.113.9")
                .Where(error => error.StartsWith("Cannot listen", StringComparison.Ordinal)),
            Has.Exactly(3).Items);

    [Test]
    public void The_data_folder_is_no_file()
    {
        using var file = new TemporaryFile("");

        Assert.That(ErrorsOf($"data_dir = '{file.Path}'"), Is.EqualTo(new[] { $"data_dir: {file.Path} is a file" }));
    }

    [Test]
    public void Every_file_of_definitions_is_looked_at()
    {
        using var folder = new TemporaryFolder();
        folder.Write("1.json", "{}");
        string second = folder.Write("2.json", "{");
        using var file = new TemporaryFile("[");

        Assert.That(ErrorsOf($"load_definitions = {folder.Path}\ndefinitions.local.path = {file.Path}"), Is.EqualTo(new[]
        {
            $"load_definitions: cannot import {second}: ",
            $"definitions.local.path: cannot import {file.Path}: ",
        }).Using<string, string>((actual, start) => actual.StartsWith(start, StringComparison.Ordinal)));
    }

    private static IReadOnlyList<string> ErrorsOf(string lines)
    {
        BrokerConfiguration configuration = ConfigurationOf.File($"bind = 127.0.0.1\n{lines}");
        Assert.That(configuration.Errors, Is.Empty);
        StartChecks.Run(configuration);
        return configuration.Errors;
    }
}
