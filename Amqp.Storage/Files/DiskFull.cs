using Amqp.Storage.Faults;

namespace Amqp.Storage.Files;

/// <summary>Tells a disk without room, which comes right by itself, from one that fails.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28; // ENOSPC; the runtime hands on the number as it is
    private const int LinuxQuota = 122; // EDQUOT
    private const int BsdQuota = 69; // the same, macOS too
    private const int WindowsHandleFull = unchecked((int)0x80070027); // ERROR_HANDLE_DISK_FULL
    private const int WindowsFull = unchecked((int)0x80070070); // ERROR_DISK_FULL
    private const int WindowsQuota = unchecked((int)0x8007050F); // ERROR_DISK_QUOTA_EXCEEDED

    /// <summary>Whether a call failed for want of room: the file system's, or the quota's.</summary>
    public static bool Is(IOException error) => error.HResult switch
    {
        WindowsHandleFull or WindowsFull or WindowsQuota => true,
        NoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        BsdQuota => !OperatingSystem.IsLinux() && !OperatingSystem.IsWindows(),
        _ => false,
    };

    /// <summary>What to throw once a write that failed so is undone.</summary>
    public static StoreFullException Error(IOException cause) => new("the disk of the data folder is full", cause);
}
