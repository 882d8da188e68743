using System.Globalization;

namespace Amqp.Server.Bench;

/// <summary>What a process has used, as /proc shows it. Linux only.</summary>
/// <param name="pid">The process.</param>
internal sealed class BrokerUsage(int pid)
{
    private const double TicksPerSecond = 100; // USER_HZ, on every architecture that .NET runs on
    private const int UserTicks = 11; // of stat's fields, counted behind the name
    private const int SystemTicks = 12;
    private const int ResidentPages = 1; // of statm's fields

    /// <summary>Seconds of processor time, user and system, of all threads that it has and had.</summary>
    /// <exception cref="LoadException">There is no such process.</exception>
    public double CpuSeconds()
    {
        string text = Read("stat");
        // The name may hold blanks and parentheses.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[UserTicks]) + Number(fields[SystemTicks])) / TicksPerSecond;
    }

    /// <summary>Bytes of memory that it holds (RSS).</summary>
    /// <exception cref="LoadException">There is no such process.</exception>
    public long ResidentBytes() => Number(Read("statm").Split(' ')[ResidentPages]) * Environment.SystemPageSize;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private string Read(string file)
    {
        if (!OperatingSystem.IsLinux())
            throw new LoadException("--pid needs Linux: it reads /proc");
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/{file}");
        }
        catch (IOException cause)
        {
            throw new LoadException($"there is no process {pid} to measure", cause);
        }
    }
}
