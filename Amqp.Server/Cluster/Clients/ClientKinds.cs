using System.Net;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;

namespace Amqp.Server.Cluster.Clients;

/// <summary>The kinds of clients that nodes pass to their leader. Their numbers are sent, so they never change.</summary>
internal static class ClientKinds
{
    private static readonly string[] _protocols =
    [
        NodeListener.Amqp, NodeListener.AmqpOverTls, NodeListener.Http, NodeListener.HttpOverTls, NodeListener.Metrics,
        NodeListener.MetricsOverTls,
    ];

    /// <summary>Returns the protocol with a number: a constant of <see cref="NodeListener"/>.</summary>
    /// <exception cref="IOException">There is no such kind.</exception>
    public static string ProtocolOf(byte number) =>
        number < _protocols.Length ? _protocols[number] : throw new IOException($"there is no kind {number} of clients");

    /// <summary>Returns the addresses on which this node listens for clients, with the number of their kind.</summary>
    public static IEnumerable<(byte Number, IPEndPoint EndPoint)> ListenersOf(BrokerOptions options)
    {
        IReadOnlyList<IPEndPoint>[] listeners =
        [
            options.Listeners, options.Tls.Listeners, options.Management.Listeners, options.Management.Tls.Listeners,
            options.Statistics.MetricsListeners, options.Statistics.MetricsTls.Listeners,
        ];
        return listeners.SelectMany((endPoints, number) => endPoints.Select(endPoint => ((byte)number, endPoint)));
    }
}
