using Amqp.Storage.Files;
using Amqp.Storage.Log;

namespace Amqp.Tests.Storage;

/// <summary>The space of an open segment's file is allocated ahead of the writes.</summary>
public sealed class AllocatedFileTests
{
    private const string Name = "/segments/1.log";
    private const int Size = 64 << 20;
    private const int Step = 1 << 20;
    private const int MaxStep = 16 << 20;
    private static readonly byte[] _bytes = [.. Enumerable.Repeat((byte)7, 10_000)];

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void The_first_write_allocates_a_mebibyte_and_a_file_grows_by_what_is_written()
    {
        var files = new PowerCutFiles();
        using AllocatedFile file = Open(files);
        var lengths = new List<long>();
        long end = 24;
        file.Write(_bytes.AsSpan(0, 24), 0);
        Assert.That(Length(files), Is.EqualTo(24 + Step));

        for (; end + _bytes.Length <= Size; end += _bytes.Length)
        {
            file.Write(_bytes, end);
            long unused = Length(files) - end - _bytes.Length;
            Assert.That(unused, Is.InRange(0, Math.Max(Step, Math.Min(end + _bytes.Length, MaxStep))));
            if (lengths.LastOrDefault() != Length(files))
                lengths.Add(Length(files));
        }
        Assert.That(lengths, Has.Count.LessThan(10), "number of extensions of a whole segment");
        Assert.That(lengths, Has.All.AtMost(Size));
    }

    [Test]
    public void A_cut_leaves_what_was_written()
    {
        var files = new PowerCutFiles();
        using AllocatedFile file = Open(files);
        file.Write(_bytes, 0);
        file.Write(_bytes, _bytes.Length);

        file.Cut();

        byte[] left = new byte[Step];
        int read = files.Open(Name, FileAccess.Read).Read(left, 0);
        Assert.That(left[..read], Is.EqualTo((byte[])[.. _bytes, .. _bytes]));
    }

    [Test]
    public void A_small_segment_gets_small_steps_and_one_larger_than_all_of_it_gets_none()
    {
        var files = new PowerCutFiles();
        using AllocatedFile file = Open(files, size: 8_000);
        file.Write(_bytes.AsSpan(0, 24), 0);
        Assert.That(Length(files), Is.EqualTo(24 + 125));

        file.Write(_bytes, 24);
        Assert.That(Length(files), Is.EqualTo(24 + _bytes.Length));
    }

    [Test]
    public void A_large_write_allocates_nothing()
    {
        var files = new PowerCutFiles();
        using AllocatedFile file = Open(files);
        byte[] large = new byte[20_000];

        file.Write(large, 0);
        Assert.That(Length(files), Is.EqualTo(large.Length));

        file.Write(_bytes, large.Length);
        Assert.That(Length(files), Is.EqualTo(large.Length + _bytes.Length + Step));
    }

    [Test]
    public void Without_space_for_a_step_the_file_is_written_as_it_grows_and_its_space_is_given_back()
    {
        var files = new BoundedFiles(2_000_000);
        string path = Path.Combine(_folder.Path, "1.log");
        using AllocatedFile file = Open(files, path);
        int end = 0;
        for (; end < 1_300_000; end += _bytes.Length) // more than the first step; a second step would need a length of 2,120,000
            file.Write(_bytes, end);
        Assert.That(new FileInfo(path).Length, Is.EqualTo(end));
        Assert.That(files.FreeBytes(_folder.Path), Is.EqualTo(2_000_000 - end));

        files.Free(Size);
        file.Write(_bytes, end);
        Assert.That(new FileInfo(path).Length, Is.EqualTo(end + _bytes.Length));
        Assert.That(files.Refusals, Is.EqualTo(1), "the extension is not tried at every write");
    }

    [Test]
    public void Nothing_is_allocated_while_the_reserve_lacks_space()
    {
        var files = new BoundedFiles(Size);
        string path = Path.Combine(_folder.Path, "1.log");
        var reserve = new DiskReserve(files, Path.Combine(_folder.Path, "reserve"), 1_000);
        using var disk = new DiskSpace(reserve);
        using var file = new AllocatedFile(files.Create(path), Size, disk);

        file.Write(_bytes, 0);
        Assert.That(new FileInfo(path).Length, Is.EqualTo(_bytes.Length));

        disk.RestoreReserve(Environment.TickCount64);
        file.Write(_bytes, _bytes.Length);
        Assert.That(new FileInfo(path).Length, Is.EqualTo(2 * _bytes.Length + Step));
    }

    [Test]
    public void On_a_disk_that_cannot_allocate_the_file_is_as_long_as_what_was_written()
    {
        var files = new PowerCutFiles { CanAllocate = false };
        using AllocatedFile file = Open(files);

        file.Write(_bytes, 0);
        file.Write(_bytes, _bytes.Length);
        Assert.That(Length(files), Is.EqualTo(2 * _bytes.Length));

        file.Cut();
        Assert.That(Length(files), Is.EqualTo(2 * _bytes.Length));
    }

    private static long Length(PowerCutFiles files) => files.Open(Name, FileAccess.Read).Length;

    private static AllocatedFile Open(IStoreFiles files, string path = Name, long size = Size) =>
        new(files.Create(path), size, new DiskSpace(new DiskReserve(files, path, 0)));
}
