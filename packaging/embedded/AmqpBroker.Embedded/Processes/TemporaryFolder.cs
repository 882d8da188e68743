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
    private const int CreationAttempts = 5;

    private readonly FileStream _owner;

    private TemporaryFolder(string path)
    {
        Path = path;
        _owner = Lock(path, FileMode.CreateNew);
        // Unix creates a file and locks it in two steps. In between, another start may take the folder for an abandoned one.
        if (!File.Exists(_owner.Name))
        {
            _owner.Dispose();
            throw new IOException($"Another process has deleted '{path}'.");
        }
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
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return CreateIn(parent);
            }
            catch (IOException) when (attempt < CreationAttempts)
            {
                // Another start is deleting the folder, or has deleted it.
            }
        }
    }

    /// <summary>Deletes the folder. Safe to repeat.</summary>
    public void Dispose() => Delete(Path, _owner);

    private static TemporaryFolder CreateIn(string parent)
    {
        string path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(path);
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            _ = SystemLibrary.ChangeMode(path, OwnerOnly);
        return new TemporaryFolder(path);
    }

    /// <summary>
    /// Locks the folder by opening its owner file. The system releases the lock when this process ends, even if the process is killed.
    /// </summary>
    private static FileStream Lock(string folder, FileMode mode) =>
        new(System.IO.Path.Combine(folder, OwnerFile), mode, FileAccess.ReadWrite, FileShare.None);

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
                // While the owner runs, it has the lock, so this fails. If there is no file, the folder is being created.
                Delete(folder, Lock(folder, FileMode.Open));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The folder is in use, is being created, or belongs to another user.
            }
        }
    }

    /// <summary>Deletes a folder and releases its lock. The lock keeps other starts from deleting the folder at the same time.</summary>
    private static void Delete(string folder, FileStream owner)
    {
        using (owner)
        {
            // Windows does not delete a file that is open.
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                owner.Dispose();
            try
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another start has deleted it.
            }
        }
    }
}
