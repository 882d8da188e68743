using Amqp.Tests.Interop;

namespace Amqp.Tests.Support;

/// <summary>A file system of a few megabytes in memory, for tests of a full disk. The mount needs Linux and root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Mount point of the file system.</summary>
    public string Path { get; }

    /// <summary>Number of free bytes on the file system.</summary>
    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts a file system with the given number of bytes. If the mount fails, skips the test and reports why.</summary>
    public static async Task<SmallDisk> MountAsync(long bytes)
    {
        string path = Directory.CreateTempSubdirectory("amqpbroker-tests-disk-").FullName;
        var mount = await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={bytes}", "amqpbroker-tests", path]);
        if (!mount.Succeeded)
        {
            Directory.Delete(path);
            Assert.Ignore($"no disk that is small enough can be mounted: {mount.LastLine}");
        }
        return new SmallDisk(path);
    }

    /// <summary>Fills the file system until only the given number of bytes is free.</summary>
    public void Fill(long leave = 0)
    {
        byte[] some = new byte[4096];
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            while (Free > leave)
                file.Write(some);
        }
        catch (IOException)
        {
            // The disk is full, even if the system reported free bytes a moment ago.
        }
    }

    /// <summary>Deletes the file that <see cref="Fill"/> has written.</summary>
    public void Clear() => File.Delete(Filler);

    /// <summary>Unmounts the file system. No process may have a file of it open.</summary>
    public async ValueTask DisposeAsync()
    {
        var unmount = await Command.RunAsync("umount", [Path]);
        Assert.That(unmount.Succeeded, Is.True, unmount.Output);
        Directory.Delete(Path);
    }
}
