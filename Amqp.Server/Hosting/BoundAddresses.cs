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
    private readonly List<ListenOptions> _managementTls = [];

    public void AddAmqp(ListenOptions listen) => _amqp.Add(listen);

    public void AddTls(ListenOptions listen) => _tls.Add(listen);

    public void AddManagement(ListenOptions listen) => _management.Add(listen);

    public void AddManagementTls(ListenOptions listen) => _managementTls.Add(listen);

    /// <summary>The addresses of AMQP listeners.</summary>
    public IEnumerable<IPEndPoint> Amqp => EndPoints(_amqp);

    /// <summary>The addresses of listeners for AMQP over TLS.</summary>
    public IEnumerable<IPEndPoint> Tls => EndPoints(_tls);

    /// <summary>The addresses of the HTTP API.</summary>
    public IEnumerable<IPEndPoint> Management => EndPoints(_management);

    /// <summary>The addresses of the HTTP API over TLS.</summary>
    public IEnumerable<IPEndPoint> ManagementTls => EndPoints(_managementTls);

    /// <summary>As in "AMQP on 127.0.0.1:5672, [::1]:5672; management on 127.0.0.1:15672".</summary>
    public override string ToString() =>
        $"AMQP on {Join(Amqp)}; {(_tls.Count > 0 ? $"AMQP over TLS on {Join(Tls)}; " : "")}management on {Join(Management)}"
        + (_managementTls.Count > 0 ? $"; management over TLS on {Join(ManagementTls)}" : "");

    private static IEnumerable<IPEndPoint> EndPoints(List<ListenOptions> listens) =>
        listens.Select(listen => listen.IPEndPoint).OfType<IPEndPoint>();

    private static string Join(IEnumerable<IPEndPoint> endPoints) => string.Join(", ", endPoints) is { Length: > 0 } list ? list : "no address";
}
