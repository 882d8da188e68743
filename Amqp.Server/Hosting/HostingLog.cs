namespace Amqp.Server.Hosting;

/// <summary>Every line that starting and stopping can log. Ids 1-99 are ours.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "{Product} {Version} starts on .NET {Runtime}, data in {DataDirectory}, configuration from {ConfigurationFile}")]
    public static partial void Starting(this ILogger logger, string product, string version, Version runtime, string dataDirectory, string configurationFile);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger logger, string warning);

    [LoggerMessage(3, LogLevel.Information, "Stopping: no more connections are accepted")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "All connections are closed")]
    public static partial void ConnectionsClosed(this ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);
}
