using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>
/// The command <c>amqpbroker store</c> inspects the data directory of a broker that was killed. The command runs as a process.
/// </summary>
public sealed class StoreCommandTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    private string Log => Path.Combine(_folder, "segments", "0000000000000001.log");

    [OneTimeSetUp]
    public async Task Kill_a_broker_with_messages()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(_folder);
        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }
            .CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        foreach (string queue in new[] { "orders", "mail [box]" })
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        for (int i = 0; i < 12; i++)
            await channel.BasicPublishAsync(
                "", i < 9 ? "orders" : "mail [box]", false, new BasicProperties { Persistent = true },
                Encoding.UTF8.GetBytes($"message {i}"));

        foreach (string verb in new[] { "inspect", "verify" })
        {
            Ended refused = await RunAsync(verb, _folder);
            Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")), "refused while the broker runs");
            Assert.That(refused.Error, Does.Contain($"(process {broker.Pid.ToString(CultureInfo.InvariantCulture)})"));
        }
        broker.Kill();
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Inspect_shows_queues_and_segments_in_rows_for_awk()
    {
        Ended ended = await RunAsync("inspect", _folder);

        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        string[][] rows = [.. ended.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.That(rows.Single(row => row is [.., "/", "orders"])[1], Is.EqualTo("9"));
        Assert.That(rows.Single(row => row is [.., "/", "mail", "[box]"])[1], Is.EqualTo("3"));
        Assert.That(rows.Single(row => row is ["0000000000000001", ..])[2..4], Is.EqualTo(new[] { "12", "12" }));
        Assert.That(ended.Output, Does.Match("(?m)^messages: 12 in 2 durable queues$"));
        Assert.That(ended.Output.Where(character => character != '\n' && character is < ' ' or > '~'), Is.Empty, "no colours, no lines");
    }

    [Test]
    public async Task Inspect_prints_one_JSON_object()
    {
        Ended ended = await RunAsync("inspect", "--json", _folder);

        JsonElement report = JsonDocument.Parse(ended.Output).RootElement;
        Assert.That(report.GetProperty("formatVersion").GetInt32(), Is.EqualTo(2));
        Assert.That(
            report.GetProperty("queues")
                .EnumerateArray()
                .Select(queue => (
                    queue.GetProperty("virtualHost").GetString(),
                    queue.GetProperty("name").GetString(),
                    queue.GetProperty("messages").GetInt64())),
            Is.EqualTo(new[] { ("/", "mail [box]", 3L), ("/", "orders", 9L) }));
        Assert.That(
            report.GetProperty("segments").EnumerateArray().Sum(segment => segment.GetProperty("liveMessages").GetInt64()),
            Is.EqualTo(12));
        JsonElement catalog = report.GetProperty("catalog");
        Assert.That(
            (
                catalog.GetProperty("queues").GetInt32(),
                catalog.GetProperty("virtualHosts").GetInt32(),
                catalog.GetProperty("users").GetInt32()),
            Is.EqualTo((2, 1, 1)));
        Assert.That(report.GetProperty("sizeOnDisk").GetProperty("log").GetInt64(), Is.EqualTo(new FileInfo(Log).Length));
    }

    [Test]
    public async Task Verify_ends_with_0_when_the_folder_is_sound()
    {
        Ended ended = await RunAsync("verify", _folder);

        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        Assert.That(ended.Output, Does.Contain("sound: yes"));
    }

    [Test]
    public async Task Verify_ends_with_1_when_something_is_damaged_and_names_it()
    {
        byte[] whole = await File.ReadAllBytesAsync(Log);
        byte[] damaged = [.. whole];
        damaged[40] ^= 1;
        await File.WriteAllBytesAsync(Log, damaged);
        try
        {
            Ended text = await RunAsync("verify", _folder);
            Assert.That(text.ExitCode, Is.EqualTo(1));
            Assert.That(text.Output, Does.Match("(?m)^damage +24 +\\d+ +" + Log + " "));

            Ended json = await RunAsync("verify", _folder, "--json");
            JsonElement verdict = JsonDocument.Parse(json.Output).RootElement;
            Assert.That((json.ExitCode, verdict.GetProperty("isSound").GetBoolean()), Is.EqualTo((1, false)));
            JsonElement finding = verdict.GetProperty("findings").EnumerateArray().Single();
            Assert.That((finding.GetProperty("file").GetString(), finding.GetProperty("offset").GetInt64()), Is.EqualTo((Log, 24)));
        }
        finally
        {
            await File.WriteAllBytesAsync(Log, whole);
        }
    }

    /// <summary>The optimising compiler of .NET 10.0 removed the second of two equal checks. So the command reported no damage.</summary>
    [Test]
    public async Task Optimised_code_reports_an_unfinished_write()
    {
        string catalog = Path.Combine(_folder, "catalog.log");
        byte[] whole = await File.ReadAllBytesAsync(catalog);
        try
        {
            await File.WriteAllBytesAsync(catalog, [.. whole, .. "torn"u8]);
            Ended ended = await RunAsync(isOptimised: true, "verify", _folder);
            Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
            Assert.That(ended.Output, Does.Match($@"(?m)^crash +{whole.Length} +4 "));
        }
        finally
        {
            await File.WriteAllBytesAsync(catalog, whole);
        }
    }

    [TestCase("inspect")]
    [TestCase("verify")]
    public async Task What_is_no_data_folder_is_refused_with_a_sentence(string verb)
    {
        string missing = Path.Combine(_folder, "missing");
        foreach (string path in new[] { missing, Path.GetDirectoryName(Log)!, Log })
        {
            Ended ended = await RunAsync(verb, "--json", path);
            Assert.That((ended.ExitCode, ended.Output), Is.EqualTo((1, "")), path);
            Assert.That(ended.Error, Does.Match(@"^amqpbroker: .*; pass the directory that a broker was started with\.\n$"), path);
        }
        Assert.That(Directory.Exists(missing), Is.False);
    }

    [Test]
    public async Task A_missing_folder_argument_is_a_usage_error() =>
        Assert.That((await RunAsync("verify")).ExitCode, Is.EqualTo(1));

    private static Task<Ended> RunAsync(params string[] arguments) => RunAsync(isOptimised: false, arguments);

    private static async Task<Ended> RunAsync(bool isOptimised, params string[] arguments)
    {
        ProcessStartInfo start = BrokerProgram.With(["store", .. arguments]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (isOptimised)
            start.Environment["DOTNET_TieredCompilation"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Ended(process.ExitCode, await output, await error);
    }

    private sealed record Ended(int ExitCode, string Output, string Error);
}
