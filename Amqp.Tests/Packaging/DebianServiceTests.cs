using System.Globalization;
using System.Text.RegularExpressions;
using Amqp.Server.Cli;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using Amqp.Tests.Architecture;
using Amqp.Tests.Cli;

namespace Amqp.Tests.Packaging;

/// <summary>The files of the Debian package agree with the broker: the systemd unit, the configuration and the commands.</summary>
public sealed partial class DebianServiceTests
{
    private static readonly string _folder = Path.Combine(SourceTree.Root, "packaging", "deb");

    private static readonly ILookup<string, string> _unit = File.ReadLines(Path.Combine(_folder, "amqpbroker.service"))
        .Where(line => !line.StartsWith('#') && line.Contains('=', StringComparison.Ordinal))
        .ToLookup(
            line => line[..line.IndexOf('=', StringComparison.Ordinal)],
            line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);

    [Test]
    public async Task The_command_of_the_unit_runs_the_broker()
    {
        string[] command = Value("ExecStart").Split(' ');
        Assert.That(command[0], Is.EqualTo("/usr/bin/amqpbroker"));

        // The command fails, because this machine has no configuration file. With an unknown option, it would fail with another error.
        CliRun run = await CliRun.HereAsync(command[1..], new Dictionary<string, string>());

        Assert.That(run.Error, Does.Not.Contain("Unrecognized").And.Contain("/etc/amqpbroker/amqpbroker.conf"));
    }

    [Test]
    public void A_broker_with_a_wrong_configuration_is_not_restarted() =>
        Assert.That(
            (Value("Restart"), Value("RestartPreventExitStatus")),
            Is.EqualTo(("on-failure", ExitCode.Configuration.ToString(CultureInfo.InvariantCulture))));

    [Test]
    public void The_broker_notifies_systemd_when_it_is_ready_and_within_the_time_of_the_watchdog()
    {
        Assert.That((Value("Type"), Value("NotifyAccess")), Is.EqualTo(("notify", "main")));

        // systemd passes the watchdog interval to the broker in microseconds.
        TimeSpan? interval = SystemdWatchdog.Interval(name => name == "WATCHDOG_USEC" ? $"{Value("WatchdogSec")}000000" : null, 1);

        Assert.That(interval, Is.GreaterThan(TimeSpan.FromSeconds(10)).And.LessThan(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void Systemd_waits_longer_for_a_stop_than_the_broker_waits_for_its_clients()
    {
        Setting setting = SettingTable.All.Single(setting => setting.Key.ToString() == "shutdown_timeout");
        long longest = long.Parse(Number().Matches(setting.Expected)[^1].Value, CultureInfo.InvariantCulture); // milliseconds

        Assert.That(long.Parse(Value("TimeoutStopSec"), CultureInfo.InvariantCulture) * 1_000, Is.GreaterThan(longest));
    }

    [Test]
    public void The_data_directory_is_the_one_that_systemd_lets_the_broker_write_to() =>
        Assert.That(
            (Load(uncommented: false).Options.DataDirectory, Value("ProtectSystem")),
            Is.EqualTo(($"/var/lib/{Value("StateDirectory")}", "strict")));

    [TestCase(false)]
    [TestCase(true)]
    public void The_configuration_is_valid_with_and_without_the_settings_that_are_off(bool uncommented)
    {
        BrokerConfiguration configuration = Load(uncommented);

        Assert.That(
            (configuration.Errors, configuration.Warnings),
            Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())).AsCollection);
    }

    [Test]
    public void Numbers_of_settings_that_are_off_and_have_a_default_are_that_default()
    {
        foreach (string key in new[] { "vm_memory_high_watermark.relative", "disk_free_limit.absolute", "heartbeat", "channel_max" })
        {
            string line = File.ReadLines(Path.Combine(_folder, "amqpbroker.conf"))
                .Single(line => line.StartsWith($"#{key} = ", StringComparison.Ordinal));

            Assert.That(line, Is.EqualTo($"#{key} = {SettingTable.All.Single(setting => setting.Key.ToString() == key).Default}"));
        }
    }

    private static BrokerConfiguration Load(bool uncommented)
    {
        string file = Path.GetTempFileName();
        try
        {
            IEnumerable<string> lines = File.ReadLines(Path.Combine(_folder, "amqpbroker.conf"));
            File.WriteAllLines(file, uncommented ? lines.Select(line => SettingThatIsOff().Replace(line, "$1")) : lines);
            return BrokerConfiguration.Load(file, [], new Dictionary<string, string>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Value(string key) => _unit[key].Single();

    [GeneratedRegex(@"^#([a-z_.]+ = )")]
    private static partial Regex SettingThatIsOff();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
