using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>Resident memory of a process, as the kernel reports it.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes that are resident now.</summary>
    public static long ResidentBytes(int pid) => Read(pid, "VmRSS:");

    /// <summary>Peak of resident bytes since the start of the process.</summary>
    public static long PeakBytes(int pid) => Read(pid, "VmHWM:");

    private static long Read(int pid, string field)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
