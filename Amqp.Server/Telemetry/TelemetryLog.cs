namespace Amqp.Server.Telemetry;

/// <summary>Every line about a collector. Ids 500-509 are ours.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(500, LogLevel.Information, "Metrics go to {Endpoint} every {Interval}")]
    public static partial void SendsMetrics(this ILogger logger, Uri endpoint, TimeSpan interval);

    [LoggerMessage(501, LogLevel.Warning, "Cannot send to {Endpoint}: {Reason}; that of later attempts is not logged until one succeeds")]
    public static partial void CannotSend(this ILogger logger, Uri endpoint, string reason);

    [LoggerMessage(502, LogLevel.Information, "{Endpoint} takes what is sent to it again")]
    public static partial void SendsAgain(this ILogger logger, Uri endpoint);
}
