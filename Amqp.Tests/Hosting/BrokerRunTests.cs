using Amqp.Server.Hosting;
using Amqp.Tests.Configuration;

namespace Amqp.Tests.Hosting;

/// <summary>If the broker cannot start, it prints the right error and exits with the right code.</summary>
public class BrokerRunTests
{
    // No machine has an address of 203.0.113.0/24, which is reserved for documentation.
    [TestCase("listeners.tcp.1 = 203.0.113.7:1", 78, "Cannot listen on 203.0.113.7:1: this machine has no such address.")]
    [TestCase("listeners.ssl.1 = 127.0.0.1:0", 78, "listeners.ssl needs a certificate: ")]
    [TestCase("data_dir = /dev/null/data", 1, "The data directory /dev/null/data cannot be opened: ")]
    [TestCase("amqp_unix_path = /dev/null/amqp", 1, "Cannot listen on /dev/null/amqp: ")]
    [Platform("Linux")]
    public async Task A_wrong_configuration_ends_with_78_and_what_else_is_in_the_way_with_1(string line, int exitCode, string sentence)
    {
        using var folder = new TemporaryFolder();
        var configuration = ConfigurationOf.File(
            "bind = 127.0.0.1\nlisteners.tcp.1 = 0\nmanagement.tcp.port = 0\nlog.console = false\n"
                + $"data_dir = '{folder.Path}/data'\n{line}");
        Assert.That(configuration.Errors, Is.Empty);
        using var error = new StringWriter();

        Assert.That(await BrokerRun.RunAsync(configuration, error, CancellationToken.None), Is.EqualTo(exitCode));

        Assert.That(error.ToString(), Does.StartWith($"amqpbroker: {sentence}").And.EndWith(".\n").And.Not.Contain("   at "));
    }
}
