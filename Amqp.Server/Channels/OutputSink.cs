using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Amqp.Server.Channels;

/// <summary>Sends the octets of an outbox. Only one send runs at a time.</summary>
internal abstract class OutputSink
{
    /// <summary>Returns a sink for a connection: the socket, or with TLS the pipe, which encrypts the output.</summary>
    public static OutputSink Of(ConnectionContext connection)
    {
        if (connection.Features.Get<LoopConnection>() is { } socket)
            return new LoopSink(socket);
        return connection.Features.Get<IConnectionSocketFeature>() is { } feature && connection.Features.Get<ITlsHandshakeFeature>() is null
            ? new SocketSink(feature.Socket)
            : new PipeSink(connection.Transport.Output);
    }

    /// <summary>Sends octets.</summary>
    /// <returns>Number of octets that were sent, at least one.</returns>
    /// <exception cref="IOException">
    /// The peer has gone. <see cref="SocketException"/>, <see cref="ObjectDisposedException"/>, <see cref="InvalidOperationException"/> and
    /// <see cref="OperationCanceledException"/> mean the same.
    /// </exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets);

    /// <summary>Ends the delay of input that <see cref="LoopConnection.BeginPatience"/> allows.</summary>
    public virtual void ReceiveAtOnce()
    {
    }

    private sealed class LoopSink(LoopConnection connection) : OutputSink
    {
        private readonly LoopOutput _output = connection.DirectOutput;

        public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets) => _output.SendAsync(octets);

        public override void ReceiveAtOnce()
        {
            if (connection.IsPatient)
                connection.EndPatience();
        }
    }

    // Sends on the socket itself: Kestrel's pipe would hold a lock during the system call.
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
