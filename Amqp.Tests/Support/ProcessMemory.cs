using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>What the kernel says a process holds in memory.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes resident now.</summary>
    public static long ResidentBytes(int pid) => Read(pid, "VmRSS:");

    /// <summary>The most bytes that were resident since the process started.</summary>
    public static long PeakBytes(int pid) => Read(pid, "VmHWM:");

    private static long Read(int pid, string field)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
