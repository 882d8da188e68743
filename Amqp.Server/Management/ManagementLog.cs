namespace Amqp.Server.Management;

/// <summary>Every line that the HTTP API can log. Ids 400-499 are ours.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(401, LogLevel.Information, "Connection {Connection} is closed for '{User}': {Reason}")]
    public static partial void ConnectionClosedFor(this ILogger logger, string connection, string user, string reason);

    [LoggerMessage(402, LogLevel.Warning, "Definitions: left out {What}")]
    public static partial void DefinitionLeftOut(this ILogger logger, string what);
}
