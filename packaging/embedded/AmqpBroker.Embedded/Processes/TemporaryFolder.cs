using System.Runtime.InteropServices;

namespace AmqpBroker.Embedded.Processes;

/// <summary>
/// A folder that is deleted when the broker is disposed. If this process is killed, the next start of a broker deletes the folder.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Prefix = "amqpbroker-embedded-";
    private const string OwnerFile = "owner";
    private const string MemoryFolder = "/dev/shm";
    private const long LeastFreeMemory = 1L << 30;
    private const int OwnerOnly = 0b111_000_000;

    private readonly FileStream _owner;

    private TemporaryFolder(string path)
    {
        Path = path;
        // The system releases the lock when this process ends, even if the process is killed.
        _owner = new FileStream(System.IO.Path.Combine(path, OwnerFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Path of the folder.</summary>
    public string Path { get; }

    /// <summary>Creates a folder that only this user can open.</summary>
    /// <param name="parent">Parent folder; null to choose one, if possible on a file system in memory.</param>
    public static TemporaryFolder Create(string? parent)
    {
        parent ??= HasMemoryFolder() ? MemoryFolder : System.IO.Path.GetTempPath();
        Directory.CreateDirectory(parent);
        DeleteAbandoned(parent);
        string path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(path);
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            _ = SystemLibrary.ChangeMode(path, OwnerOnly);
        return new TemporaryFolder(path);
    }

    /// <summary>Deletes the folder. Safe to repeat.</summary>
    public void Dispose()
    {
        _owner.Dispose();
        Delete(Path);
    }

    private static bool HasMemoryFolder()
    {
        try
        {
            return RuntimeInformation.IsOSPlatform(OSPlatform.Linux) && Directory.Exists(MemoryFolder)
                && new DriveInfo(MemoryFolder).AvailableFreeSpace >= LeastFreeMemory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void DeleteAbandoned(string parent)
    {
        foreach (string folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            try
            {
                // While the owner runs, it locks the file, so opening the file fails. If there is no file, the folder is being created.
                using (new FileStream(
                    System.IO.Path.Combine(folder, OwnerFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }
                Delete(folder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The folder is in use, is being created, or belongs to another user.
            }
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
