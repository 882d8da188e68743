using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>Where the broker really listens, once Kestrel has bound.</summary>
/// <remarks>Filled while Kestrel is configured, read after it started.</remarks>
internal sealed class BoundAddresses
{
    private readonly List<ListenOptions> _amqp = [];
    private readonly List<ListenOptions> _tls = [];
    private readonly List<ListenOptions> _management = [];
    private readonly List<ListenOptions> _metrics = [];
    private readonly List<ListenOptions> _managementTls = [];

    public void AddAmqp(ListenOptions listen) => _amqp.Add(listen);

    public void AddTls(ListenOptions listen) => _tls.Add(listen);

    public void AddManagement(ListenOptions listen) => _management.Add(listen);

    public void AddManagementTls(ListenOptions listen) => _managementTls.Add(listen);

    public void AddMetrics(ListenOptions listen) => _metrics.Add(listen);

    /// <summary>The path of the Unix socket that takes AMQP; null without one.</summary>
    public string? UnixSocket => _amqp.Select(listen => listen.SocketPath).FirstOrDefault(path => path is not null);

    /// <summary>The addresses of AMQP listeners.</summary>
    public IEnumerable<IPEndPoint> Amqp => EndPoints(_amqp);

    /// <summary>The addresses of listeners for AMQP over TLS.</summary>
    public IEnumerable<IPEndPoint> Tls => EndPoints(_tls);

    /// <summary>The addresses of the HTTP API.</summary>
    public IEnumerable<IPEndPoint> Management => EndPoints(_management);

    /// <summary>The addresses of the HTTP API over TLS.</summary>
    public IEnumerable<IPEndPoint> ManagementTls => EndPoints(_managementTls);

    /// <summary>The addresses that answer Prometheus.</summary>
    public IEnumerable<IPEndPoint> Metrics => EndPoints(_metrics);

    /// <summary>As in "AMQP on 127.0.0.1:5672, [::1]:5672; management on 127.0.0.1:15672; metrics on 127.0.0.1:15692".</summary>
    public override string ToString() =>
        $"AMQP on {Join([.. Amqp, .. UnixSocket is { } path ? [path] : Array.Empty<object>()])}; {(_tls.Count > 0 ? $"AMQP over TLS on {Join(Tls)}; " : "")}"
        + $"management on {Join(Management)}{(_managementTls.Count > 0 ? $"; management over TLS on {Join(ManagementTls)}" : "")}; metrics on {Join(Metrics)}";

    private static IEnumerable<IPEndPoint> EndPoints(List<ListenOptions> listens) =>
        listens.Select(listen => listen.IPEndPoint).OfType<IPEndPoint>();

    private static string Join(IEnumerable<object> endPoints) => string.Join(", ", endPoints) is { Length: > 0 } list ? list : "no address";
}
