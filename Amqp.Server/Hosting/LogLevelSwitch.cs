using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Amqp.Server.Hosting;

/// <summary>The least severe level that is logged; can be changed while the broker runs. Loggers look it up anew when it changes, and pay nothing for it.</summary>
/// <remarks>Thread-safe: the level is one word, and a change replaces the token that tells of it.</remarks>
/// <param name="level">At the start.</param>
internal sealed class LogLevelSwitch(LogLevel level) : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private volatile int _level = (int)level;
    private ConfigurationReloadToken _changed = new();

    public string Name => Options.DefaultName;

    /// <summary>Sets the level of every logger.</summary>
    public void Set(LogLevel value)
    {
        _level = (int)value;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }

    public void Configure(LoggerFilterOptions options)
    {
        var current = (LogLevel)_level;
        options.MinLevel = current;
        // What ASP.NET says of its own doings is of no use to whoever runs a broker, unless it goes wrong.
        options.AddFilter("Microsoft", current > LogLevel.Warning ? current : LogLevel.Warning);
        // A start that fails is put into a sentence by BrokerRun; the host's stack trace would bury it.
        options.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }

    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);
}
