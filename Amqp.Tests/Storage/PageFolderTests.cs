using Amqp.Storage.Files;
using Amqp.Storage.Paging;

namespace Amqp.Tests.Storage;

/// <summary>
/// The page folder selects the page file for each block of transient messages. It continues to work after a page file was deleted or has
/// failed.
/// </summary>
public sealed class PageFolderTests
{
    private const int FileSize = 64 << 20;

    [Test]
    public void A_block_goes_to_the_file_at_hand_unless_that_would_be_too_long_and_a_longer_one_to_its_own()
    {
        var files = new LengthFiles();
        var pages = new PageFolder(files, "pages");
        byte[] bytes = new byte[FileSize + 1];

        foreach (int length in new[] { FileSize / 2, FileSize / 2, 1, FileSize, FileSize + 1, 1, 1 })
            pages.Write(bytes.AsSpan(0, length));

        Assert.That(files.Lengths, Is.EqualTo(new[] { FileSize, 1, FileSize, FileSize + 1, 2 }));
    }

    [Test]
    public void What_comes_after_a_file_was_deleted_goes_to_another()
    {
        using var folder = new TestFolder();
        var pages = new PageFolder(new DiskFiles(), folder.Pages);
        var finished = new List<PageFile>();
        pages.Finished = finished.Add;
        pages.Write("first"u8).Release();
        pages.DeleteIfFinished(finished[0]);

        PagedBlock second = pages.Write("second"u8);

        byte[] read = new byte[6];
        Assert.That(second.Load(read), Is.Null);
        Assert.That(read, Is.EqualTo("second"u8.ToArray()));
        Assert.That(folder.PageFiles.Select(Path.GetFileName), Is.EqualTo(new[] { "0000000000000002.page" }));
        pages.Close();
    }

    [Test]
    public void A_file_that_was_written_to_again_before_it_could_be_deleted_stays()
    {
        using var folder = new TestFolder();
        var pages = new PageFolder(new DiskFiles(), folder.Pages);
        var finished = new List<PageFile>();
        pages.Finished = finished.Add;
        pages.Write("first"u8).Release();
        PagedBlock second = pages.Write("second"u8);
        pages.DeleteIfFinished(finished[0]);

        byte[] read = new byte[6];
        Assert.That(second.Load(read), Is.Null);
        Assert.That(read, Is.EqualTo("second"u8.ToArray()));
        pages.Close();
    }

    /// <summary>Simulated files that have a length but no contents.</summary>
    private sealed class LengthFiles : IStoreFiles
    {
        private readonly List<LengthFile> _all = [];

        public IEnumerable<long> Lengths => _all.Select(file => file.Length);

        public IReadOnlyList<string> List(string directory) => [];

        public bool Exists(string path) => false;

        public void CreateDirectory(string path)
        {
            // Simulated files need no folders.
        }

        public long? FreeBytes(string directory) => null;

        public IStoreFile Create(string path)
        {
            _all.Add(new LengthFile());
            return _all[^1];
        }

        public IStoreFile Open(string path, FileAccess access) => throw new FileNotFoundException(null, path);

        public void Delete(string path) => throw new FileNotFoundException(null, path);

        public void Rename(string from, string to) => throw new FileNotFoundException(null, from);

        public void SyncDirectory(string path)
        {
            // Simulated files need no sync.
        }

        private sealed class LengthFile : IStoreFile
        {
            public long Length { get; private set; }

            public int Read(Span<byte> target, long offset) => 0;

            public void Write(ReadOnlySpan<byte> source, long offset) => Length = Math.Max(Length, offset + source.Length);

            public void Truncate(long length) => Length = length;

            public void Extend(long length) => Length = Math.Max(Length, length);

            public bool TryAllocate(long length) => false;

            public void Sync()
            {
                // Simulated files need no sync.
            }

            public void Dispose()
            {
                // There is nothing to close.
            }
        }
    }
}
