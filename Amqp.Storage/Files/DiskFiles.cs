using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage.Files;

/// <summary>File operations of the operating system. Tests use simulated files instead.</summary>
internal sealed class DiskFiles : IStoreFiles
{
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Number and duration of reads, writes and syncs.</summary>
    public FileUsage Usage { get; } = new();

    public IReadOnlyList<string> List(string directory) => [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))];

    public bool Exists(string path) => File.Exists(path);

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        string? parent = Path.GetDirectoryName(path);
        if (parent is not null)
            CreateDirectory(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            SyncDirectory(parent);
    }

    public long? FreeBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public IStoreFile Create(string path) => new DiskFile(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, Shared), Usage);

    public IStoreFile Open(string path, FileAccess access) => new DiskFile(File.OpenHandle(path, FileMode.Open, access, Shared), Usage);

    public void Delete(string path) => File.Delete(path);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS needs no sync of a folder, because it has a journal for changes of names
        using SafeFileHandle directory = Libc.OpenToRead(path);
        Libc.Sync(directory);
    }

    private sealed class DiskFile(SafeFileHandle handle, FileUsage usage) : IStoreFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> target, long offset)
        {
            long started = Stopwatch.GetTimestamp();
            int done = 0;
            while (done < target.Length)
            {
                int read = RandomAccess.Read(handle, target[done..], offset + done);
                if (read == 0)
                    break;
                done += read;
            }
            usage.CountRead(done, started);
            return done;
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            long started = Stopwatch.GetTimestamp();
            RandomAccess.Write(handle, source, offset);
            usage.CountWrite(source.Length, started);
        }

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Extend(long length)
        {
            if (TryAllocate(length))
                return;
            byte[] zeros = new byte[64 << 10];
            for (long at = Length; at < length; at += zeros.Length)
                RandomAccess.Write(handle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - at)), at);
        }

        public bool TryAllocate(long length) => OperatingSystem.IsLinux() && Libc.TryAllocate(handle, length);

        public void Sync()
        {
            long started = Stopwatch.GetTimestamp();
            if (OperatingSystem.IsLinux())
                Libc.SyncData(handle);
            else
                RandomAccess.FlushToDisk(handle);
            usage.CountSync(started);
        }

        public void Dispose() => handle.Dispose();
    }
}
