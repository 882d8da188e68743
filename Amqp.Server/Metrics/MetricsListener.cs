using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Metrics;

/// <summary>Marks connections to the port for Prometheus. Only this port serves metrics, and it serves nothing else.</summary>
internal sealed class MetricsListener
{
    private static readonly MetricsListener _mark = new();

    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(_mark);
        return next(connection);
    });
}
