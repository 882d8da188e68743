using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Metrics;

/// <summary>Marks the connections that come over the port for Prometheus: it answers with metrics and nothing else, and other ports with none.</summary>
internal sealed class MetricsListener
{
    private static readonly MetricsListener _mark = new();

    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(_mark);
        return next(connection);
    });
}
