using System.Buffers.Binary;
using System.Text;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// The store writes exactly the bytes that docs/store-format.md describes. If a test must change, the format needs a new version number.
/// </summary>
public sealed class FormatStabilityTests
{
    private const string SegmentHeader = "42524F4B524C4F47" + "01000000" + "0100000000000000"; // magic, version, id
    private const string CatalogHeader = "42524F4B52434154" + "01000000" + "0000000000000000";

    [Test]
    public void The_checksum_is_crc32c() =>
        Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283)); // the check value in the catalogue of CRCs

    [TestCase(RecordType.Message, 1)]
    [TestCase(RecordType.Settle, 2)]
    [TestCase(RecordType.Delivered, 3)]
    [TestCase(RecordType.Entries, 4)]
    [TestCase(RecordType.Summary, 5)]
    [TestCase(RecordType.Acknowledgements, 6)]
    [TestCase(RecordType.CatalogPut, 16)]
    [TestCase(RecordType.CatalogRemove, 17)]
    public void A_record_type_keeps_its_value(int type, int value) => Assert.That(type, Is.EqualTo(value));

    [Test]
    public async Task A_segment_is_its_header_and_records()
    {
        using var folder = new TestFolder();
        await using (var run = new StoreRun(folder.Path))
        {
            run.Store.Publish("abc", Persistent, run.First, run.Second);
            run.Store.Publish("", Persistent, run.First);
            run.Store.NoteDelivered(run.First, run.First.Take());
            run.Store.Settle(run.First, run.First.Take());
        }

        Assert.That(Path.GetFileName(folder.SegmentFiles.Single()), Is.EqualTo("0000000000000001.log"));
        Assert.That(Dump(File.ReadAllBytes(folder.SegmentFiles.Single()), file: 1), Is.EqualTo(new[]
        {
            SegmentHeader,
            "01" + "02000000" + "01000000" + "0100000000000000" + "02000000" + "0100000000000000" + "616263",
            "01" + "01000000" + "01000000" + "0200000000000000",
            "03" + "01000000" + "0100000000000000",
            "02" + "01000000" + "0200000000000000" + "0200000000000000",
        }));
    }

    [Test]
    public async Task An_index_is_its_header_a_summary_and_groups_of_entries()
    {
        using var folder = new TestFolder();
        await using (var run = new StoreRun(folder.Path))
        {
            run.Store.Publish("abc", Persistent, run.First, run.Second);
            run.Store.Publish(new byte[300], Persistent, run.First);
            run.Store.NoteDelivered(run.First, run.First.Take());
            run.Store.Settle(run.First, run.First.Take());
        }
        await using (new StoreRun(folder.Path))
        {
            // Opening the store writes the index of the segment.
        }

        Assert.That(Path.GetFileName(folder.IndexFiles.Single()), Is.EqualTo("0000000000000001.idx"));
        Assert.That(Dump(File.ReadAllBytes(folder.IndexFiles.Single()), file: 1), Is.EqualTo(new[]
        {
            "42524F4B52494458" + "01000000" + "0100000000000000",
            "05" + "B701000000000000" + "02000000" + "01000000" + "01000000" + "01000000"
                + "01000000" + "02000000" + "0100000000000000" + "0200000000000000" + "2F01000000000000" + "B5000000" + "28000000"
                + "02000000" + "01000000" + "0100000000000000" + "0100000000000000" + "0300000000000000" + "DD000000" + "23000000"
                + "18000000" + "9F010000"
                + "01000000" + "01000000" + "0200000000000000" + "0200000000000000"
                + "01000000" + "0100000000000000",
            "04" + "01000000" + "0100000000000000" + "0200000000000000" + "0200" + "00" + "18" + "03" + "02" + "01" + "00" + "AC02" + "01",
            "04" + "02000000" + "0100000000000000" + "0100000000000000" + "0100" + "00" + "18" + "03" + "02",
        }));
    }

    [Test]
    public void Acknowledgements_are_a_header_and_ranges_by_queue()
    {
        using var folder = new TestFolder();
        var settled = new Dictionary<uint, SequenceRanges> { [7] = new() };
        settled[7].Add([new SequenceRange(3, 4), new SequenceRange(9, 9), new SequenceRange(5, 5)]);
        string log = Path.Combine(folder.Path, "0000000000000001.log");
        new AcknowledgementFiles(new DiskFiles()).Write(log, 1, settled);

        Assert.That(Dump(File.ReadAllBytes(Path.ChangeExtension(log, ".acks")), file: 1), Is.EqualTo(new[]
        {
            "42524F4B5241434B" + "01000000" + "0100000000000000",
            "06" + "01000000" + "07000000" + "02000000" + "0300000000000000" + "0500000000000000" + "0900000000000000" + "0900000000000000",
        }));
    }

    [Test]
    public void A_catalog_is_its_header_and_changes()
    {
        using var folder = new TestFolder();
        using (DataDirectory directory = DataDirectory.Open(folder.Path, new StoreOptions()))
        {
            directory.Catalog.Put("key", "value"u8);
            directory.Catalog.Remove("key");
        }

        Assert.That(Dump(File.ReadAllBytes(folder.Catalog), file: 0), Is.EqualTo(new[]
        {
            CatalogHeader,
            "10" + "0300" + "6B6579" + "76616C7565",
            "11" + "0300" + "6B6579",
        }));
    }

    [Test]
    public void Headers_and_checksums_keep_their_bytes()
    {
        byte[] header = new byte[FileHeader.Size];
        FileHeader.Write(header, FileHeader.SegmentMagic, 1);
        Assert.That(Convert.ToHexString(header), Is.EqualTo(SegmentHeader + "78FF792B"));

        byte[] record = new byte[DeliveredRecord.Size];
        DeliveredRecord.Write(record, 7, 9);
        RecordHeader.WriteChecksum(record, file: 1, offset: 24);
        Assert.That(Convert.ToHexString(record), Is.EqualTo("0D000000" + "3280AB56" + "03" + "07000000" + "0900000000000000"));
    }

    /// <summary>Verifies checksums and lengths in a file. Returns the header and each record, without the checksums and lengths.</summary>
    private static IEnumerable<string> Dump(byte[] bytes, ulong file)
    {
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(20)), Is.EqualTo(Crc32C.Of(bytes.AsSpan(0, 20))));
        yield return Convert.ToHexString(bytes.AsSpan(0, 20));
        for (int at = 24; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            using var covered = new MemoryStream();
            using var writer = new BinaryWriter(covered, Encoding.ASCII);
            writer.Write(file);
            writer.Write((ulong)at);
            writer.Write((ulong)length + 8);
            writer.Write(bytes, at + 8, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)), Is.EqualTo(Crc32C.Of(covered.ToArray())));
            yield return Convert.ToHexString(bytes.AsSpan(at + 8, length));
            at += 8 + length;
        }
    }
}
