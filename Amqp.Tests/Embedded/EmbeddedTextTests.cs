using System.Diagnostics;
using Amqp.Server.Configuration;
using AmqpBroker.Embedded.Processes;

namespace Amqp.Tests.Embedded;

/// <summary>Texts that the package AmqpBroker.Embedded passes to the broker: the configuration file and the arguments.</summary>
public class EmbeddedTextTests
{
    [TestCase("plain")]
    [TestCase("")]
    [TestCase("it's # 1")]
    [TestCase(" blank ")]
    [TestCase("$(HOME)")]
    [TestCase(@"C:\data\")]
    [TestCase(@"a\'b\\c")]
    public void The_broker_reads_a_setting_as_the_caller_gave_it(string value)
    {
        string text = ConfigurationText.Of([KeyValuePair.Create("default_pass", value)]);

        ConfigurationFile file = new ConfigurationFile("broker.conf", _ => null).Read(text);

        Assert.That(file.Errors, Is.Empty);
        Assert.That(file.Assignments[^1].Value, Is.EqualTo(value));
    }

    [Test]
    public void A_setting_of_two_lines_is_refused() =>
        Assert.That(
            () => ConfigurationText.Of([KeyValuePair.Create("a", "1\nb = 2")]),
            Throws.ArgumentException.With.Message.EqualTo("The setting a contains a line break. A setting is one line."));

    [Test]
    [Platform("Linux")]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] arguments = ["plain", "", "two words", "a\"b", @"C:\data\", @"\\", @"x\""y", "tab\tnew"];
        string script = "for a in \"$@\"; do printf '%s|' \"$a\"; done";
        var start = new ProcessStartInfo("/bin/sh", new BrokerCommand("/bin/sh", null).ArgumentsWith(["-c", script, "sh", .. arguments]))
        {
            RedirectStandardOutput = true,
        };
        using Process shell = Process.Start(start)!;

        string printed = await shell.StandardOutput.ReadToEndAsync();

        Assert.That(printed.TrimEnd('|').Split('|'), Is.EqualTo(arguments));
    }

    [Test]
    public void The_line_of_the_start_has_the_ports()
    {
        StartupLine line = StartupLine.Read(
            "Server startup complete; AMQP on 127.0.0.1:1; AMQP over TLS on 127.0.0.1:9; "
                + "management on 127.0.0.1:2; metrics on 127.0.0.1:3")!;

        Assert.That((line.Port, line.ManagementPort), Is.EqualTo((1, 2)));
        Assert.That(StartupLine.Read("2026-11-21 12:00:36.163 [info] Server startup complete"), Is.Null);
    }
}
