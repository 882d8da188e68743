namespace Amqp.Server.Telemetry;

/// <summary>Log lines about the export to a collector, with event ids from 500 to 509.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(500, LogLevel.Information, "Metrics go to {Endpoint} every {Interval}")]
    public static partial void SendsMetrics(this ILogger logger, Uri endpoint, TimeSpan interval);

    [LoggerMessage(501, LogLevel.Warning, "Cannot send to {Endpoint}: {Reason}; further failures are not logged until an export succeeds")]
    public static partial void CannotSend(this ILogger logger, Uri endpoint, string reason);

    [LoggerMessage(502, LogLevel.Information, "{Endpoint} accepts telemetry again")]
    public static partial void SendsAgain(this ILogger logger, Uri endpoint);
}
