namespace Amqp.Tests.Storage;

/// <summary>An empty temporary folder. Dispose deletes the folder.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("store-").FullName;

    public string Segments => System.IO.Path.Combine(Path, "segments");

    public string Pages => System.IO.Path.Combine(Path, "pages");

    /// <summary>Paths of the page files, oldest first.</summary>
    public string[] PageFiles => [.. Directory.GetFiles(Pages).Order(StringComparer.Ordinal)];

    public string Catalog => System.IO.Path.Combine(Path, "catalog.log");

    /// <summary>Paths of the segments' log files, oldest first.</summary>
    public string[] SegmentFiles => [.. Directory.GetFiles(Segments, "*.log").Order(StringComparer.Ordinal)];

    /// <summary>Paths of the segments' index files, oldest first.</summary>
    public string[] IndexFiles => [.. Directory.GetFiles(Segments, "*.idx").Order(StringComparer.Ordinal)];

    /// <summary>Returns a copy of the files that a killed process would leave: all files except the lock file.</summary>
    public TestFolder Copy()
    {
        var copy = new TestFolder();
        foreach (string file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            if (System.IO.Path.GetFileName(file) == "lock")
                continue;
            string target = System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    /// <summary>Damages a file: flips one bit of the byte at the given offset. A negative offset counts from the end of the file.</summary>
    public static void Flip(string path, long at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>
    /// Describes every file by its name, size, time of the last change and bytes. Two snapshots are equal only if nothing was changed.
    /// </summary>
    public string[] Snapshot() =>
    [
        .. new DirectoryInfo(Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc.Ticks} {ContentOf(entry)}"),
    ];

    private static string ContentOf(FileSystemInfo entry) =>
        entry is FileInfo ? Convert.ToHexString(File.ReadAllBytes(entry.FullName)) : "folder";

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
