using Amqp.Server.Cli;
using Amqp.Server.Cli.Store;
using Amqp.Server.Inspection;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Inspection;
using Amqp.Tests.Storage;

namespace Amqp.Tests.Cli;

/// <summary>
/// Output and exit code of <c>amqpbroker store</c>. All numbers differ, so that a number in the wrong place fails the test.
/// </summary>
public sealed class StoreOutputTests
{
    private static readonly InspectionFinding _damage = new("/data/catalog.log", 24, 30, IsDamage: true, "it is damaged");
    private static readonly InspectionFinding _crash = new("/data/segments/2.log", 55, 66, IsDamage: false, "it is unfinished");

    private static readonly DataFolderReport _report = new(
        "/data",
        FormatVersion: 2,
        new DiskUsage(Total: 1_000, Log: 1, Indexes: 20, Acknowledgements: 3, Catalog: 40, Pages: 5, Reserve: 600),
        new DefinitionCounts(Total: 28, VirtualHosts: 7, Users: 2, Exchanges: 3, Queues: 4, Bindings: 5, Other: 6),
        [
            new SegmentContents(
                0x1A, "/data/segments/1a.log", LogBytes: 900, IndexBytes: 80, AcknowledgementBytes: 70, Messages: 60, LiveMessages: 50,
                LiveBytes: 400, DeadBytes: 300,
                Settles: 20, HasIndex: true, HasAcknowledgements: false, IsTail: false),
            new SegmentContents(
                0x1B, "/data/segments/1b.log", 9, 0, 0, 6, 5, 4, 3, 2, HasIndex: false, HasAcknowledgements: true, IsTail: true),
        ],
        [
            new QueueReport("/", "orders", Number: 11, Messages: 12, Bytes: 13, RedeliveredUpTo: 14, LastSequence: 15),
            new QueueReport("a host", "some mail", 21, 22, 23, 24, 25),
            new QueueReport(null, null, 31, 32, 33, 34, 35),
        ],
        [_damage, _crash]);

    [Test]
    public void An_inspection_has_a_line_or_a_row_for_everything() =>
        Assert.That(Lines(output => StoreOutput.Print(_report, output)), Is.EqualTo(new[]
        {
            "folder: /data",
            "format: 2",
            "bytes on disk: 1000 (log 1, indexes 20, acknowledgements 3, catalog 40, pages 5, reserve 600, other 331)",
            "catalog: 28 entries (virtual hosts 7, users 2, exchanges 3, queues 4, bindings 5, other 6)",
            "messages: 34 in 2 durable queues",
            "# segments",
            "segment bytes messages live live-bytes dead-bytes settles index acks state",
            "000000000000001a 900 60 50 400 300 20 yes no sealed",
            "000000000000001b 9 6 5 4 3 2 no yes tail",
            "# queues",
            "number messages bytes redelivered-up-to virtual-host queue",
            "11 12 13 14 / orders",
            "21 22 23 24 a host some mail",
            "31 32 33 34 - (not in the catalog)",
            "# findings",
            "kind offset length file what",
            "damage 24 30 /data/catalog.log it is damaged",
            "crash 55 66 /data/segments/2.log it is unfinished",
        }));

    [Test]
    public void A_verification_says_whether_all_is_sound_and_how_many_pieces_of_damage_there_are()
    {
        string[] head = ["folder: /data", "format: 2", "read: 77 bytes, 3 segments"];
        string[] table = ["# findings", "kind offset length file what"];
        const string damage = "damage 24 30 /data/catalog.log it is damaged", crash = "crash 55 66 /data/segments/2.log it is unfinished";

        Assert.That(Print(isSound: true), Is.EqualTo([.. head, "sound: yes"]));
        Assert.That(Print(isSound: true, _crash), Is.EqualTo([.. head, "sound: yes", .. table, crash]));
        Assert.That(Print(isSound: false, _damage, _crash), Is.EqualTo([.. head, "sound: no, 1 piece of damage", .. table, damage, crash]));
        Assert.That(
            Print(isSound: false, _damage, _crash, _damage),
            Is.EqualTo([.. head, "sound: no, 2 pieces of damage", .. table, damage, crash, damage]));

        static string[] Print(bool isSound, params InspectionFinding[] findings) =>
            Lines(output => StoreOutput.Print(new DataFolderVerdict("/data", 2, isSound, Segments: 3, BytesRead: 77, findings), output));
    }

    [Test]
    public void The_JSON_has_all_fields_in_order()
    {
        Assert.That(JsonForms.EscapedText(json => StoreJson.Write(json, _report)), Is.EqualTo(
            """
            {"folder":"/data","formatVersion":2,
            "sizeOnDisk":{"total":1000,"log":1,"indexes":20,"acknowledgements":3,"catalog":40,"pages":5,"reserve":600},
            "catalog":{"total":28,"virtualHosts":7,"users":2,"exchanges":3,"queues":4,"bindings":5,"other":6},"segments":[
            {"id":26,"file":"/data/segments/1a.log","logBytes":900,"indexBytes":80,"acknowledgementBytes":70,"messages":60,"liveMessages":50,
            "liveBytes":400,"deadBytes":300,"settles":20,"hasIndex":true,"hasAcknowledgements":false,"isTail":false},
            {"id":27,"file":"/data/segments/1b.log","logBytes":9,"indexBytes":0,"acknowledgementBytes":0,"messages":6,"liveMessages":5,
            "liveBytes":4,"deadBytes":3,"settles":2,"hasIndex":false,"hasAcknowledgements":true,"isTail":true}],"queues":[
            {"virtualHost":"/","name":"orders","number":11,"messages":12,"bytes":13,"redeliveredUpTo":14,"lastSequence":15},
            {"virtualHost":"a host","name":"some mail","number":21,"messages":22,"bytes":23,"redeliveredUpTo":24,"lastSequence":25},
            {"virtualHost":null,"name":null,"number":31,"messages":32,"bytes":33,"redeliveredUpTo":34,"lastSequence":35}],"findings":[
            {"file":"/data/catalog.log","offset":24,"length":30,"isDamage":true,"message":"it is damaged"},
            {"file":"/data/segments/2.log","offset":55,"length":66,"isDamage":false,"message":"it is unfinished"}]}
            """.ReplaceLineEndings("")));

        var verdict = new DataFolderVerdict("/é", 2, IsSound: false, Segments: 3, BytesRead: 77, []);
        Assert.That(JsonForms.EscapedText(json => StoreJson.Write(json, verdict)), Is.EqualTo(
            """{"folder":"/\u00E9","formatVersion":2,"isSound":false,"segments":3,"bytesRead":77,"findings":[]}"""));
    }

    [TestCase("inspect", "damage", 0)]
    [TestCase("verify", "damage", 1)]
    [TestCase("inspect", "crash", 0)]
    [TestCase("verify", "crash", 0)]
    [TestCase("inspect", "", 0)]
    [TestCase("verify", "", 0)]
    public async Task Only_a_verification_that_finds_damage_ends_with_1(string verb, string kind, int exitCode)
    {
        using var folder = new TestFolder();
        using (DataDirectory directory = DataDirectory.Open(folder.Path, new StoreOptions()))
            directory.Catalog.Put("vhosts/a", []);
        if (kind == "damage")
            TestFolder.Flip(folder.Catalog, 2);
        else if (kind == "crash")
            await File.AppendAllTextAsync(folder.Catalog, "torn");

        foreach (string[] json in new[] { (string[])[], ["--json"] })
        {
            CliRun run = await CliRun.HereAsync(["store", verb, folder.Path, .. json], new Dictionary<string, string>());
            Assert.That((run.ExitCode, run.Error), Is.EqualTo((exitCode, "")));
            Assert.That(
                json.Length > 0 ? run.Output.StartsWith('{') : run.Output.StartsWith($"folder: {folder.Path}\n", StringComparison.Ordinal),
                Is.True,
                run.Output);
            Assert.That(
                run.Lines.Count(line => line.StartsWith($"{kind} ", StringComparison.Ordinal)),
                Is.EqualTo(kind.Length > 0 && json.Length == 0 ? 1 : 0));
        }
    }

    /// <summary>Returns the lines that were printed, without empty lines and with single spaces between words.</summary>
    private static string[] Lines(Action<StoreOutput> print)
    {
        var text = new StringWriter();
        print(new StoreOutput(text));
        return [.. text.ToString()
            .Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Where(line => line.Length > 0)];
    }
}
