using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage.Files;

/// <summary>System calls that .NET does not offer, for files, folders and memory.</summary>
internal static unsafe partial class Libc
{
    private const int ReadAndWrite = 3; // PROT_READ | PROT_WRITE
    private const int PrivateAndAnonymous = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS of Linux

    // O_CLOEXEC of Linux; not used on other systems, because an inherited descriptor does not matter there
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4; // EINTR

    /// <summary>Opens a file or folder for reading, without the advisory lock that the runtime would take.</summary>
    public static SafeFileHandle OpenToRead(string path)
    {
        int descriptor = Open(path, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Error("open");
    }

    /// <summary>Syncs the bytes of a file and its length, but not the file's times.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        while (FDataSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Error("fdatasync");
        }
    }

    /// <summary>Syncs a file or folder with all its attributes.</summary>
    public static void Sync(SafeFileHandle file)
    {
        while (FSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Error("fsync");
        }
    }

    /// <summary>Extends a file to this length and allocates disk space for it. Linux only.</summary>
    /// <returns>False if the file system cannot allocate disk space in advance.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
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

    /// <summary>Allocates whole pages from the system. Linux only.</summary>
    /// <exception cref="InsufficientMemoryException">There is not enough memory.</exception>
    public static byte* Map(int bytes)
    {
        nint memory = MMap(0, (nuint)bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        return memory != -1 ? (byte*)memory : throw new InsufficientMemoryException($"the system cannot allocate {bytes} bytes of memory");
    }

    /// <summary>Frees pages at once.</summary>
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
