using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Hosting.Passed;

/// <summary>The transport for clients of other nodes, which accept their connections and pass the octets on. Thread-safe.</summary>
/// <remarks>Kestrel serves such a connection like one of its own, with the same limits, and with TLS on a listener for TLS.</remarks>
internal sealed class PassedConnections : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly ConcurrentDictionary<string, PassedListener> _listeners = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is PassedEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new PassedListener((PassedEndPoint)endpoint);
        _listeners[listener.Protocol] = listener;
        return new ValueTask<IConnectionListener>(listener);
    }

    /// <summary>Refuses further connections, because the broker stops.</summary>
    public void Close() => _listeners.Clear();

    /// <summary>Serves a client until its connection ends.</summary>
    /// <param name="protocol">A constant of <see cref="Connections.NodeListener"/>.</param>
    /// <param name="connection">The connection to the node that has accepted the client.</param>
    /// <exception cref="IOException">The broker does not serve this protocol, or not yet.</exception>
    public async Task ServeAsync(string protocol, PassedConnection connection)
    {
        if (!_listeners.TryGetValue(protocol, out PassedListener? listener) || !listener.TryAdd(connection))
            throw new IOException($"this node does not serve {protocol}");
        await connection.Ended;
    }

    private sealed class PassedListener(PassedEndPoint endPoint) : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();

        public string Protocol => endPoint.Protocol;

        public EndPoint EndPoint => endPoint;

        public bool TryAdd(PassedConnection connection) => _accepted.Writer.TryWrite(connection);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out ConnectionContext? accepted)
                ? accepted
                : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _accepted.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}

/// <summary>Stands for the listeners of other nodes for a protocol.</summary>
/// <param name="protocol">A constant of <see cref="Connections.NodeListener"/>.</param>
internal sealed class PassedEndPoint(string protocol) : EndPoint
{
    public string Protocol => protocol;

    public override string ToString() => $"{protocol} of other nodes";
}
