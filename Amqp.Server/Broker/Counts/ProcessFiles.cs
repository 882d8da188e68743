using System.Globalization;

namespace Amqp.Server.Broker.Counts;

/// <summary>How many files the process has open, and how many it may have; 0 where the system does not say.</summary>
internal static class ProcessFiles
{
    /// <summary>The limit when the process came up.</summary>
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
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string? soft = line?[14..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
