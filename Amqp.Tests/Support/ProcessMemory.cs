using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>Reads the resident memory of a process from the kernel.</summary>
internal static class ProcessMemory
{
    /// <summary>Returns the resident memory of the process in bytes.</summary>
    public static long ResidentBytes(int pid) => Read(pid, "VmRSS:");

    /// <summary>Returns the maximum resident memory of the process since its start, in bytes.</summary>
    public static long PeakBytes(int pid) => Read(pid, "VmHWM:");

    private static long Read(int pid, string field)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
