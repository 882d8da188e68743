namespace Amqp.Server.Configuration;

/// <summary>What is logged; the log goes to standard output, one line an event.</summary>
public sealed class LogOptions
{
    /// <summary>Whether anything is written to standard output after the startup line's errors.</summary>
    public bool Console { get; set; } = true;

    /// <summary>The least severe level logged, unless <see cref="ConsoleLevel"/> says otherwise.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>The least severe level written to standard output; null follows <see cref="Level"/>.</summary>
    public LogLevel? ConsoleLevel { get; set; }

    /// <summary>The least severe level of single categories, by name; the others follow <see cref="Effective"/>.</summary>
    public Dictionary<string, LogLevel> CategoryLevels { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether lines are JSON objects.</summary>
    public bool IsJson { get; set; }

    /// <summary>Whether lines go to standard error instead of standard output.</summary>
    public bool IsOnStandardError { get; set; }

    /// <summary>Whether the log is published to <c>amq.rabbitmq.log</c> too.</summary>
    public bool IsOnExchange { get; set; }

    /// <summary>The least severe level published there; null follows <see cref="Level"/>.</summary>
    public LogLevel? ExchangeLevel { get; set; }

    /// <summary>Whether what is published there is JSON.</summary>
    public bool IsJsonOnExchange { get; set; }

    /// <summary>The level that holds for standard output.</summary>
    public LogLevel Effective => Console ? ConsoleLevel ?? Level : LogLevel.None;
}
