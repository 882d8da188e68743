using Amqp.Server.Configuration;

namespace Amqp.Server.Logging;

/// <summary>The minimum log level of each category. Levels can change while the broker runs. Thread-safe.</summary>
internal sealed class LogLevels
{
    private readonly Lock _changing = new();
    private volatile LogLevel[] _levels;

    public LogLevels(LogOptions options) =>
        _levels = [.. LogCategories.All.Select(category =>
            options.Console ? options.CategoryLevels.GetValueOrDefault(LogCategories.NameOf(category), options.Effective) : LogLevel.None)];

    public LogLevel Of(LogCategory category) => _levels[(int)category];

    public bool IsEnabled(LogCategory category, LogLevel level) => level >= _levels[(int)category] && level != LogLevel.None;

    /// <summary>
    /// Changes the level of a category, or of all categories if the category is null. The change lasts until the broker stops.
    /// </summary>
    public void Set(LogCategory? category, LogLevel level)
    {
        lock (_changing)
            _levels = [.. LogCategories.All.Select(each => category is null || each == category ? level : Of(each))];
    }

    /// <summary>Returns a level's name in settings and in log lines.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "none",
    };
}
