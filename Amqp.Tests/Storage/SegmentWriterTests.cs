using Amqp.Storage.Blocks;
using Amqp.Storage.Commits;
using Amqp.Storage.Files;
using Amqp.Storage.Log;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>The log writer reports each segment that is closed and synced.</summary>
public sealed class SegmentWriterTests
{
    [Test]
    public void Only_the_segment_that_was_ended_is_complete_though_the_writer_is_at_the_next_one()
    {
        using var folder = new TestFolder();
        var files = new DiskFiles();
        using var space = new BlockSpace(StoreRun.Small);
        var segments = new SegmentSet(folder.Path, new CommitSignal());
        var completed = new List<Segment>();
        using var disk = new DiskSpace(new DiskReserve(files, folder.Path, 0));
        using var writer = new SegmentWriter(files, folder.Path, StoreRun.Small.SegmentSize, disk, completed.Add);
        (Segment first, Segment second) = (segments.Next(), segments.Next());
        Block before = space.Open(1, first, FileHeader.Size);
        Block after = space.Open(1, second, FileHeader.Size);

        writer.Write(new UnwrittenBytes(before, To: 0, IsLast: true));
        writer.Write(new UnwrittenBytes(after, To: 0, IsLast: false));
        writer.Seal(first);
        writer.Sync();
        Assert.That(completed, Is.EqualTo(new[] { first }));

        writer.Write(new UnwrittenBytes(after, To: 0, IsLast: true));
        writer.Seal(second);
        writer.Sync();
        Assert.That(completed, Is.EqualTo(new[] { first, second }));
    }
}
