using Amqp.Tests.Interop;

namespace Amqp.Tests.Support;

/// <summary>A file system of a few megabytes, in memory, for a data folder that fills up. To mount one takes Linux and root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Its root.</summary>
    public string Path { get; }

    /// <summary>Bytes that can still be written.</summary>
    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts a file system of that many bytes; where that cannot be done the test is skipped, and says why.</summary>
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

    /// <summary>Takes all the room there is, but for so many bytes.</summary>
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
            // Not a byte more fits, whatever was free when last looked at.
        }
    }

    /// <summary>Gives the room back that <see cref="Fill"/> took.</summary>
    public void Clear() => File.Delete(Filler);

    /// <summary>Unmounts it. Nobody has a file of it open any more.</summary>
    public async ValueTask DisposeAsync()
    {
        var unmount = await Command.RunAsync("umount", [Path]);
        Assert.That(unmount.Succeeded, Is.True, unmount.Output);
        Directory.Delete(Path);
    }
}
