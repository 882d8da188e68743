using System.Globalization;
using System.Text.RegularExpressions;

namespace AmqpBroker.Embedded.Processes;

/// <summary>The line that a broker prints when it is ready. Names the ports of the broker.</summary>
internal sealed class StartupLine
{
    private StartupLine(int port, int managementPort) => (Port, ManagementPort) = (port, managementPort);

    /// <summary>Port for AMQP.</summary>
    public int Port { get; }

    /// <summary>Port of the HTTP API.</summary>
    public int ManagementPort { get; }

    /// <summary>Parses the startup line. Returns null for any other line of the broker's output.</summary>
    public static StartupLine? Read(string line)
    {
        if (!line.StartsWith("Server startup complete;", StringComparison.Ordinal))
            return null;
        return new StartupLine(Port("AMQP"), Port("management"));

        int Port(string what) =>
            Regex.Match(line, $@"; {what} on \S*?:(?<port>\d+)(,|;|$)") is { Success: true } match
                ? int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture)
                : 0;
    }
}
