namespace Amqp.Server.Logging;

/// <summary>Log lines about the broker's start and stop, and about its listeners. Event ids 1 to 99 are reserved for these lines.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information,
        "{Product} {Version} starts on .NET {Runtime}, data in {DataDirectory}, configuration from {ConfigurationFile}")]
    public static partial void Starting(
        this ILogger logger, string product, string version, Version runtime, string dataDirectory, string configurationFile);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger logger, string warning);

    [LoggerMessage(3, LogLevel.Information, "Stopping: no more connections are accepted")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(12, LogLevel.Information, "Standard input is closed, so the broker stops (stop_when_stdin_closes)")]
    public static partial void StandardInputClosed(this ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "All connections are closed")]
    public static partial void ConnectionsClosed(this ILogger logger);

    [LoggerMessage(6, LogLevel.Information,
        "The certificates have changed and are used from now on; the server certificate expires at {Expires:u}")]
    public static partial void CertificatesLoaded(this ILogger logger, DateTime expires);

    [LoggerMessage(7, LogLevel.Error, "The certificates have changed and cannot be used, so the old ones stay: {Reason}")]
    public static partial void CertificatesNotLoaded(this ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Warning, "{EndPoint}: closed, because {Reason}; proxy_protocol demands a PROXY header of every connection")]
    public static partial void NoProxyHeader(this ILogger logger, string endPoint, string reason);

    [LoggerMessage(9, LogLevel.Warning, "{Client}: client certificate refused: {Reason}")]
    public static partial void ClientCertificateRefused(this ILogger logger, string client, string reason);

    [LoggerMessage(11, LogLevel.Warning, "{Peer}: closed, because {Most} connections to the HTTP API are open (management.connection_max)")]
    public static partial void TooManyHttpConnections(this ILogger logger, string peer, int most);

    [LoggerMessage(10, LogLevel.Debug, "{Event}: {Facts}")]
    public static partial void Happened(this ILogger logger, string @event, string facts);

    [LoggerMessage(5, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);
}
