using System.Text.RegularExpressions;
using Amqp.Protocol;
using Amqp.Storage;

namespace Amqp.Tests.Architecture;

public partial class LayeringTests
{
    [TestCase(typeof(Frame))]
    [TestCase(typeof(IMessageStore))]
    public void Protocol_and_storage_reference_nothing_but_the_runtime(Type anchor) =>
        Assert.That(anchor.Assembly.GetReferencedAssemblies().Select(name => name.Name), Has.All.StartsWith("System."));

    // Connections may call Channels, and Channels may call Broker, but not the other way round.
    [TestCase("Broker", "Channels", "Connections", "Management", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Channels", "Connections", "Management", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Connections", "Management", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Management", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Telemetry", "Channels", "Connections", "Management", "Metrics", "Hosting", "Cli")]
    [TestCase("Configuration", "Broker", "Channels", "Connections", "Management", "Inspection", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Logging", "Broker", "Channels", "Connections", "Management", "Inspection", "Metrics", "Telemetry", "Hosting", "Cli")]
    // The load tool uses AMQP's encoding (Amqp.Protocol), but no code of the broker.
    [TestCase(
        "Bench", "Broker", "Channels", "Connections", "Configuration", "Inspection", "Management", "Metrics", "Telemetry", "Hosting",
        "Cli")]
    [TestCase("Inspection", "Channels", "Connections", "Management", "Metrics", "Telemetry", "Hosting", "Cli")]
    [TestCase("Cli", "Broker", "Channels", "Connections")] // a command reaches the broker over HTTP
    public void Inner_folders_of_the_server_do_not_know_outer_ones(string inner, params string[] outer)
    {
        var uses = SourceTree.FilesOf($"Amqp.Server/{inner}")
            .SelectMany(
                file => ServerFolder().Matches(File.ReadAllText(file)),
                (file, match) => $"{Path.GetFileName(file)} knows {match.Groups["folder"].Value}");

        Assert.That(
            uses,
            Has.None.Matches<string>(use => outer.Any(folder => use!.EndsWith($" knows {folder}", StringComparison.Ordinal))));
    }

    [Test]
    public void The_broker_knows_messages_but_not_frames()
    {
        var frames = typeof(Frame).Assembly.GetTypes()
            .Where(type => type.Name.StartsWith("Frame", StringComparison.Ordinal))
            .Select(type => type.Name);
        var word = new Regex($@"\b({string.Join('|', frames)})\b");

        Assert.That(
            SourceTree.FilesOf("Amqp.Server/Broker").Where(file => word.IsMatch(File.ReadAllText(file))).Select(Path.GetFileName),
            Is.Empty);
    }

    [GeneratedRegex(@"(?<!namespace )\bAmqp\.Server\.(?<folder>\w+)")]
    private static partial Regex ServerFolder();
}
