using Microsoft.Extensions.Logging;

namespace AmqpBroker.Embedded;

/// <summary>Writes the broker's log lines to the log of a host, each at the corresponding level.</summary>
/// <param name="logger">Log of the host.</param>
internal sealed partial class HostLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    private static readonly (string Mark, LogLevel Level)[] _levels =
    [
        (" [debug] ", LogLevel.Debug), (" [info] ", LogLevel.Information), (" [notice] ", LogLevel.Information),
        (" [warning] ", LogLevel.Warning), (" [error] ", LogLevel.Error), (" [critical] ", LogLevel.Critical),
    ];

    /// <summary>Writes a line without its time and level, which the host's log adds itself.</summary>
    public void Write(string line)
    {
        foreach ((string mark, LogLevel level) in _levels)
        {
            if (line.IndexOf(mark, StringComparison.Ordinal) is var at and > 0 and < 30)
            {
                string text = line.Substring(at + mark.Length);
                Log(level, text);
                return;
            }
        }
        Log(LogLevel.Information, line);
    }

    [LoggerMessage(EventId = 1, Message = "{Line}")]
    private partial void Log(LogLevel level, string line);
}
