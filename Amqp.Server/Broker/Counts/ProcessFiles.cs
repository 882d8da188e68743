using System.Globalization;
using System.Runtime.InteropServices;

namespace Amqp.Server.Broker.Counts;

/// <summary>Number of files that the process has open, and the maximum. A number that the system does not report is 0.</summary>
internal static unsafe partial class ProcessFiles
{
    private const string Folder = "/proc/self/fd";

    private const int AnyFolder = -100; // AT_FDCWD
    private const uint WantsSize = 0x200; // STATX_SIZE
    private const int DescriptionSize = 256; // sizeof(struct statx)
    private const int SizeOffset = 40; // of stx_size in struct statx

    /// <summary>Maximum number of open files, read once when the process starts.</summary>
    public static long Limit { get; } = ReadLimit();

    /// <summary>Returns the number of open files.</summary>
    /// <remarks>Since Linux 6.2, it is the size of a folder. Counting its entries takes 10 microseconds for each open file.</remarks>
    public static int Count() => CountBySize() is var count and > 0 ? count : CountEntries();

    private static int CountBySize()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        try
        {
            byte* description = stackalloc byte[DescriptionSize];
            return StatX(AnyFolder, Folder, 0, WantsSize, description) == 0 ? (int)*(ulong*)(description + SizeOffset) : 0;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return 0; // an old C library
        }
    }

    private static int CountEntries()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Folder).Count();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long ReadLimit()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/limits")
                .FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string? soft = line?[14..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint wanted, byte* description);
}
