using System.Text.Json.Nodes;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;
using Amqp.Server.Inspection;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability.Golden;

/// <summary>The broker restores all definitions and messages from data directories that its released versions have written.</summary>
[TestFixtureSource(typeof(GoldenDirectory), nameof(GoldenDirectory.Versions))]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class GoldenTests(string version)
{
    private readonly GoldenDirectory _golden = new(version);
    private string _folder = null!;

    private string Data => Path.Combine(_folder, "data");

    [SetUp]
    public void Copy() => GoldenDirectory.Copy(_golden.Data, Path.Combine(_folder = CreateFolder(), "data"));

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Every_definition_and_every_message_is_there_with_its_properties_and_in_its_order()
    {
        var expected = _golden.ReadMessages().Queues;
        await using var broker = await BrokerProcess.StartAsync(Data);

        Assert.That(GoldenDirectory.Comparable(await GoldenDirectory.GetAsync(broker, "definitions")), Is.EqualTo(_golden.Definitions));
        JsonArray queues = (await GoldenDirectory.GetAsync(broker, "queues")).AsArray();
        foreach (JsonNode queue in queues.Select(queue => queue!).Where(queue => (string)queue["name"]! != "delayed"))
        {
            string name = $"{queue["vhost"]}|{queue["name"]}";
            Assert.That(
                await TakeAllAsync(broker, (string)queue["vhost"]!, (string)queue["name"]!),
                Is.EqualTo(expected.GetValueOrDefault(name, [])),
                name);
        }
    }

    [Test]
    public async Task Delayed_messages_wait_until_they_are_due_and_come_in_the_order_of_their_due_times()
    {
        var (writtenAt, expected) = _golden.ReadMessages();
        string[] delayed = expected["/|(delayed)"];
        await using (MessageBroker early = Open(Data, writtenAt))
        {
            var keeper = early.VirtualHosts.Find("/")!.FindExchange("later")!;
            Assert.That((Ready(early), keeper.Keeper!.WaitingCount), Is.EqualTo((0, delayed.Length)));
        }

        await using (MessageBroker late = Open(Data, writtenAt + GoldenWriter.LongestDelay + 60_000))
            await Eventually.Holds(() => Ready(late) == delayed.Length, () => $"{Ready(late)} of {delayed.Length} messages came");

        // The messages are now in a queue and no longer delayed. A broker with the real clock can therefore deliver them.
        await using var broker = await BrokerProcess.StartAsync(Data);
        Assert.That(await TakeAllAsync(broker, "/", "delayed"), Is.EqualTo(delayed));

        static long Ready(MessageBroker broker) => broker.VirtualHosts.Find("/")!.FindQueue("delayed")!.Counts.Ready;
    }

    [Test]
    public void The_directory_has_no_damage_and_several_segments_with_indexes_and_acknowledgements()
    {
        DataFolderVerdict verdict = DataFolder.Verify(Data, progress: null);
        Assert.That((verdict.IsSound, verdict.Findings.Count), Is.EqualTo((true, 0)));

        DataFolderReport report = DataFolder.Inspect(Data, progress: null);
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Segments.Count(segment => segment.HasIndex), Is.GreaterThan(1));
        Assert.That(report.Segments.Count(segment => !segment.HasIndex), Is.EqualTo(1), "the segment of the run that was killed");
        Assert.That(report.Segments.Count(segment => segment.HasAcknowledgements), Is.GreaterThan(0));
    }

    private static string CreateFolder() => Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    private static MessageBroker Open(string folder, long now)
    {
        var clock = new ManualClock();
        clock.Pass(now - clock.GetTimestamp());
        return MessageBroker.Open(
            new BrokerOptions { DataDirectory = folder }, clock, new ContainedFaults(NullLogger.Instance, clock),
            NullLogger<MessageBroker>.Instance, NullLogger<Queue>.Instance);
    }

    /// <summary>Takes all messages from a queue, and acknowledges none.</summary>
    private static async Task<IReadOnlyList<string>> TakeAllAsync(BrokerProcess broker, string virtualHost, string queue)
    {
        var factory = new ConnectionFactory { Uri = broker.Uri, VirtualHost = virtualHost, AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        var lines = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
            lines.Add(MessageText.Of(message));
        return lines;
    }
}
