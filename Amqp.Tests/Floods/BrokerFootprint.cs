using System.Globalization;
using Amqp.Tests.Support;

namespace Amqp.Tests.Floods;

/// <summary>The resources that a broker process uses at one moment.</summary>
/// <param name="Resident">Resident memory in bytes.</param>
/// <param name="Descriptors">Number of open files and sockets.</param>
/// <param name="Threads">Number of threads of the process.</param>
internal readonly record struct BrokerFootprint(long Resident, int Descriptors, int Threads)
{
    public static BrokerFootprint Of(int pid) => new(
        ProcessMemory.ResidentBytes(pid),
        Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")).Count(),
        Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Count());

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Resident >> 20} MiB, {Descriptors} descriptors, {Threads} threads");
}
