namespace Amqp.Server.Configuration;

/// <summary>Options for the log. Each event is one line. In text format, the lines of an exception follow.</summary>
public sealed class LogOptions
{
    /// <summary>True to write the log to standard output, or to standard error if <see cref="IsOnStandardError"/> is true.</summary>
    public bool Console { get; set; } = true;

    /// <summary>Lowest level that is logged. <see cref="ConsoleLevel"/> and <see cref="ExchangeLevel"/> take precedence if set.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Lowest level that is written to standard output; null to use <see cref="Level"/>.</summary>
    public LogLevel? ConsoleLevel { get; set; }

    /// <summary>Lowest level to log for a category, by the category's name. Other categories use <see cref="Effective"/>.</summary>
    public Dictionary<string, LogLevel> CategoryLevels { get; } = new(StringComparer.Ordinal);

    /// <summary>True if each line is a JSON object.</summary>
    public bool IsJson { get; set; }

    /// <summary>True if the log is written to standard error instead of standard output.</summary>
    public bool IsOnStandardError { get; set; }

    /// <summary>True if the log is also published to the exchange <c>amq.rabbitmq.log</c>.</summary>
    public bool IsOnExchange { get; set; }

    /// <summary>Lowest level that is published to the exchange; null to use <see cref="Level"/>.</summary>
    public LogLevel? ExchangeLevel { get; set; }

    /// <summary>True if events are published to the exchange as JSON objects.</summary>
    public bool IsJsonOnExchange { get; set; }

    /// <summary>Maximum number of lines that the HTTP API shows; 0 keeps none.</summary>
    public int RecentLines { get; set; } = 2_000;

    /// <summary>Lowest level that is written to standard output. Computed from the other options.</summary>
    public LogLevel Effective => Console ? ConsoleLevel ?? Level : LogLevel.None;
}
