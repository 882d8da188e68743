using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>Reads the resident memory of a process from the kernel.</summary>
internal static class ProcessMemory
{
    /// <summary>Returns the bytes of the process that are resident now.</summary>
    public static long ResidentBytes(int pid) => Read(pid, "VmRSS:");

    /// <summary>Returns the largest number of resident bytes since the process started.</summary>
    public static long PeakBytes(int pid) => Read(pid, "VmHWM:");

    private static long Read(int pid, string field)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
