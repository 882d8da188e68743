using System.Net;
using Amqp.Server.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>
/// The addresses on which the broker listens. Filled while Kestrel is configured. After the start, the addresses have the actual ports.
/// </summary>
internal sealed class BoundAddresses
{
    private readonly List<(string Protocol, ListenOptions Listen)> _bound = [];

    /// <summary>All TCP addresses.</summary>
    public IEnumerable<NodeListener> Listeners =>
        from bound in _bound where bound.Listen.IPEndPoint is not null select new NodeListener(bound.Protocol, bound.Listen.IPEndPoint!);

    /// <summary>Path of the Unix socket for AMQP; null if there is none.</summary>
    public string? UnixSocket => _bound.Select(bound => bound.Listen.SocketPath).FirstOrDefault(path => path is not null);

    /// <summary>Adds a listener.</summary>
    /// <param name="protocol">A constant of <see cref="NodeListener"/>.</param>
    /// <param name="listen">Kestrel's options of the listener. After the start, they contain the actual address.</param>
    public void Add(string protocol, ListenOptions listen) => _bound.Add((protocol, listen));

    /// <summary>Returns the addresses for a protocol. The protocol is a constant of <see cref="NodeListener"/>.</summary>
    public IEnumerable<IPEndPoint> For(string protocol) =>
        from listener in Listeners where listener.Protocol == protocol select listener.EndPoint;

    /// <summary>
    /// Returns a list of the addresses, such as "AMQP on 127.0.0.1:5672, [::1]:5672; management on 127.0.0.1:15672; metrics on
    /// 127.0.0.1:15692".
    /// </summary>
    public override string ToString()
    {
        object[] amqp = [.. For(NodeListener.Amqp), .. UnixSocket is { } path ? [path] : Array.Empty<object>()];
        return string.Join("; ", [
            $"AMQP on {Join(amqp)}",
            .. IfAny("AMQP over TLS", NodeListener.AmqpOverTls),
            $"management on {Join(For(NodeListener.Http))}",
            .. IfAny("management over TLS", NodeListener.HttpOverTls),
            $"metrics on {Join(For(NodeListener.Metrics))}",
            .. IfAny("metrics over TLS", NodeListener.MetricsOverTls)]);
    }

    private string[] IfAny(string what, string protocol) => For(protocol).Any() ? [$"{what} on {Join(For(protocol))}"] : [];

    private static string Join(IEnumerable<object> endPoints) => string.Join(", ", endPoints) is { Length: > 0 } list ? list : "no address";
}
