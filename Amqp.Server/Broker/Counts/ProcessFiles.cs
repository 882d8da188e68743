using System.Globalization;

namespace Amqp.Server.Broker.Counts;

/// <summary>Number of files that the process has open, and the maximum. A number that the system does not report is 0.</summary>
internal static class ProcessFiles
{
    /// <summary>Maximum number of open files, read once when the process starts.</summary>
    public static long Limit { get; } = ReadLimit();

    public static int Count()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
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
}
