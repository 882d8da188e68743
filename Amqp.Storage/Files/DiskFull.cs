using Amqp.Storage.Faults;

namespace Amqp.Storage.Files;

/// <summary>Recognizes the errors of a full disk. A retry can succeed after such an error.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28; // ENOSPC, which the runtime stores in HResult unchanged
    private const int LinuxQuota = 122; // EDQUOT
    private const int BsdQuota = 69; // EDQUOT of macOS and BSD
    private const int WindowsHandleFull = unchecked((int)0x80070027); // ERROR_HANDLE_DISK_FULL
    private const int WindowsFull = unchecked((int)0x80070070); // ERROR_DISK_FULL
    private const int WindowsQuota = unchecked((int)0x8007050F); // ERROR_DISK_QUOTA_EXCEEDED

    /// <summary>Returns true if a call failed because the file system is full or a quota is used up.</summary>
    public static bool Is(IOException error) => error.HResult switch
    {
        WindowsHandleFull or WindowsFull or WindowsQuota => true,
        NoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        BsdQuota => !OperatingSystem.IsLinux() && !OperatingSystem.IsWindows(),
        _ => false,
    };

    /// <summary>Returns the exception for a write that found no space and was undone.</summary>
    public static StoreFullException Error(IOException cause) => new("the disk of the data directory is full", cause);
}
