using System.Globalization;

namespace Amqp.Server.Bench;

/// <summary>Reads the processor time and the memory of a process from /proc. Linux only.</summary>
internal sealed class BrokerUsage(int pid)
{
    private const double TicksPerSecond = 100; // USER_HZ, on every architecture that .NET runs on
    private const int UserTicks = 11; // index in /proc/PID/stat; index 0 is the field after the process name
    private const int SystemTicks = 12;
    private const int ResidentPages = 1; // index of the field in /proc/PID/statm

    /// <summary>Returns the processor time (user and system) of the process in seconds.</summary>
    /// <exception cref="LoadException">There is no such process, or this system is not Linux.</exception>
    public double CpuSeconds()
    {
        string text = Read("stat");
        // Splits only the text after the last ')'. Before it is the process name, which may contain blanks and parentheses.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[UserTicks]) + Number(fields[SystemTicks])) / TicksPerSecond;
    }

    /// <summary>Returns the resident memory (RSS) in bytes.</summary>
    /// <exception cref="LoadException">There is no such process, or this system is not Linux.</exception>
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
