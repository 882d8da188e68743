using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage.Files;

/// <summary>What the runtime does not offer: fdatasync, which leaves out the times of a file, room on the disk for a file, opening a folder or a file under another's lock, and memory by the page.</summary>
internal static unsafe partial class Libc
{
    private const int ReadAndWrite = 3; // PROT_READ | PROT_WRITE
    private const int PrivateAndAnonymous = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS of Linux

    private const int CloseOnExec = 0x80000; // O_CLOEXEC of Linux; unknown elsewhere, where a leak into a child is harmless
    private const int Interrupted = 4; // EINTR

    /// <summary>Opens a file or folder without asking for the advisory lock that the runtime's own opening does.</summary>
    public static SafeFileHandle OpenToRead(string path)
    {
        int descriptor = Open(path, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Error("open");
    }

    /// <summary>Syncs a file's bytes, and of its attributes only those without which they could not be read.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        while (FDataSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Error("fdatasync");
        }
    }

    /// <summary>Syncs a file or folder with its attributes.</summary>
    public static void Sync(SafeFileHandle file)
    {
        while (FSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Error("fsync");
        }
    }

    /// <summary>Makes a file as long as this and takes room on the disk for all of it. Linux only.</summary>
    /// <returns>False when the file system cannot do that.</returns>
    /// <exception cref="IOException">There is no room.</exception>
    public static bool TryAllocate(SafeFileHandle file, long length)
    {
        while (FAllocate(file, 0, 0, length) != 0)
        {
            IOException failure = Error("fallocate");
            if (failure.HResult == Interrupted)
                continue;
            return DiskFull.Is(failure) ? throw failure : false;
        }
        return true;
    }

    /// <summary>Takes whole pages from the system. Linux only.</summary>
    /// <exception cref="InsufficientMemoryException">It has none.</exception>
    public static byte* Map(int bytes)
    {
        nint memory = MMap(0, (nuint)bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        return memory != -1 ? (byte*)memory : throw new InsufficientMemoryException($"the system has no {bytes} bytes of memory left");
    }

    /// <summary>Gives pages back: they are gone at once.</summary>
    public static void Unmap(byte* memory, int bytes) => _ = MUnmap((nint)memory, (nuint)bytes);

    private static IOException Error(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
