using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Metrics;

/// <summary>
/// Marks the connections to the port for Prometheus, which serves metrics and nothing else. Other ports serve no metrics.
/// </summary>
internal sealed class MetricsListener
{
    private static readonly MetricsListener _mark = new();

    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(_mark);
        return next(connection);
    });
}
