using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Amqp.Server.Channels;

/// <summary>Where an outbox sends to: one send at a time.</summary>
internal abstract class OutputSink
{
    /// <summary>The socket itself where the octets go out as they are; else what the connection has put before it, such as TLS.</summary>
    public static OutputSink Of(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>() is { } feature && connection.Features.Get<ITlsHandshakeFeature>() is null
            ? new SocketSink(feature.Socket)
            : new PipeSink(connection.Transport.Output);

    /// <summary>A pipe, for a channel that has no connection.</summary>
    public static OutputSink Into(PipeWriter pipe) => new PipeSink(pipe);

    /// <summary>Sends octets.</summary>
    /// <returns>How many were sent, at least one.</returns>
    /// <exception cref="IOException">The peer has gone, as for <see cref="SocketException"/>, <see cref="ObjectDisposedException"/> and <see cref="OperationCanceledException"/>.</exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets);

    // Not through Kestrel's pipe: it would keep its lock and ours for as long as the system call takes.
    private sealed class SocketSink(Socket socket) : OutputSink
    {
        public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets) => socket.SendAsync(octets, SocketFlags.None);
    }

    private sealed class PipeSink(PipeWriter output) : OutputSink
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets)
        {
            var flushed = await output.WriteAsync(octets).ConfigureAwait(false);
            return flushed.IsCompleted ? throw new IOException("The peer reads no more.") : octets.Length;
        }
    }
}
