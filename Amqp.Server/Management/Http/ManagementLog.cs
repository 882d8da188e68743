namespace Amqp.Server.Management.Http;

/// <summary>Log lines of the HTTP API, with event ids from 400 to 499.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(402, LogLevel.Information, "HTTP API: '{User}' from {Peer}: {Method} {Target}: {Status}")]
    public static partial void ApiChanged(this ILogger logger, string user, string peer, string method, string target, int status);

    [LoggerMessage(403, LogLevel.Warning, "HTTP API: '{User}' from {Peer} may not {Method} {Target}: {Reason}")]
    public static partial void ApiRefused(this ILogger logger, string user, string peer, string method, string target, string reason);

    [LoggerMessage(401, LogLevel.Information, "Connection {Connection} is closed for '{User}': {Reason}")]
    public static partial void ConnectionClosedFor(this ILogger logger, string connection, string user, string reason);

    [LoggerMessage(404, LogLevel.Information, "'{User}' asks the broker to stop")]
    public static partial void StopRequested(this ILogger logger, string user);

    [LoggerMessage(405, LogLevel.Information, "'{User}' sets {Setting} to {Value} until the broker stops")]
    public static partial void SettingChanged(this ILogger logger, string user, string setting, string value);

    [LoggerMessage(407, LogLevel.Warning,
        "HTTP API: {Method} {Target} from {Peer} is refused, sent by a page of '{Origin}': {Reason}")]
    public static partial void ForeignPageRefused(
        this ILogger logger, string peer, string method, string target, string origin, string reason);

    [LoggerMessage(406, LogLevel.Warning, "Definitions: left out {What}")]
    public static partial void DefinitionLeftOut(this ILogger logger, string what);
}
