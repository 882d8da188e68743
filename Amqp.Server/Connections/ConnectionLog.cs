namespace Amqp.Server.Connections;

/// <summary>The log messages of connections. Their event ids are 100 to 199.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(100, LogLevel.Information, "{Connection}: user '{User}' opened virtual host '{VirtualHost}' ({Client})")]
    public static partial void ConnectionOpened(this ILogger logger, string connection, string user, string virtualHost, string client);

    [LoggerMessage(101, LogLevel.Warning, "{Connection}: channel {Channel} closed: {Text}")]
    public static partial void ChannelClosed(this ILogger logger, string connection, ushort channel, string text);

    [LoggerMessage(102, LogLevel.Error, "{Connection}: connection closed: {Text}")]
    public static partial void ConnectionRefused(this ILogger logger, string connection, string text);

    [LoggerMessage(103, LogLevel.Information, "{Connection}: closed by the client")]
    public static partial void ConnectionClosed(this ILogger logger, string connection);

    [LoggerMessage(104, LogLevel.Warning, "{Connection}: the client went away without closing the connection")]
    public static partial void ConnectionLost(this ILogger logger, string connection);

    [LoggerMessage(105, LogLevel.Warning, "{Connection}: login of '{User}' with {Mechanism} refused: {Reason}")]
    public static partial void LoginRefused(this ILogger logger, string connection, string user, string mechanism, string reason);

    [LoggerMessage(112, LogLevel.Warning, "{Count} more logins from {Address} were refused within 10 s, the last of {Last}")]
    public static partial void LoginsRefused(this ILogger logger, long count, string address, string last);

    [LoggerMessage(113, LogLevel.Warning, "{Count} more logins from other addresses were refused within 10 s")]
    public static partial void MoreLoginsRefused(this ILogger logger, long count);

    [LoggerMessage(114, LogLevel.Warning,
        "{Count} connections were cut off that had not logged in, the last from {EndPoint}: more than {Most} were waiting")]
    public static partial void PendingLoginsCutOff(this ILogger logger, long count, int most, string endPoint);

    [LoggerMessage(116, LogLevel.Warning,
        "{Count} more lines about connections from {Address} were left out within 10 s, the last: {Last}")]
    public static partial void LinesLeftOut(this ILogger logger, long count, string address, string last);

    [LoggerMessage(117, LogLevel.Warning, "{Count} more lines about connections from other addresses were left out within 10 s")]
    public static partial void MoreLinesLeftOut(this ILogger logger, long count);

    [LoggerMessage(106, LogLevel.Warning, "{Connection}: not AMQP 0-9-1 but {Hint}")]
    public static partial void WrongProtocolHeader(this ILogger logger, string connection, string hint);

    [LoggerMessage(111, LogLevel.Warning, "{Connection}: handshake failed: {Text}")]
    public static partial void HandshakeFailed(this ILogger logger, string connection, string text);

    [LoggerMessage(107, LogLevel.Warning, "{Connection}: nothing heard for {Seconds} s, closed: missed heartbeats")]
    public static partial void HeartbeatMissed(this ILogger logger, string connection, int seconds);

    [LoggerMessage(108, LogLevel.Warning, "{Connection}: handshake not done within {Timeout}, closed")]
    public static partial void HandshakeTimedOut(this ILogger logger, string connection, TimeSpan timeout);

    [LoggerMessage(110, LogLevel.Information, "{Connection}: blocked: {Reason}")]
    public static partial void PublisherBlocked(this ILogger logger, string connection, string reason);

    [LoggerMessage(115, LogLevel.Warning,
        "{Connection}: consumer '{Consumer}' of queue '{Queue}' on channel {Channel} has not acknowledged a delivery in time")]
    public static partial void DeliveryTimedOut(this ILogger logger, string connection, int channel, string consumer, string queue);
}
