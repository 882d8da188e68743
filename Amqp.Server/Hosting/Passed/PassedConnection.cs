using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Amqp.Server.Connections;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Hosting.Passed;

/// <summary>A client's connection that another node has accepted.</summary>
internal sealed class PassedConnection : DefaultConnectionContext, IThreadPoolWorkItem
{
    private static long _count;

    private readonly Action _close;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isAborted;

    /// <param name="stream">The connection to the node, which carries the client's octets.</param>
    /// <param name="client">Address of the client.</param>
    /// <param name="listener">Address to which the client has connected.</param>
    /// <param name="close">Closes the connection, so that pending reads fail.</param>
    /// <param name="isTrusted">True if the node is known, so that a loopback address is that of a client on the node's machine.</param>
    public PassedConnection(Stream stream, IPEndPoint client, IPEndPoint listener, Action close, bool isTrusted)
        : base(string.Create(CultureInfo.InvariantCulture, $"passed:{Interlocked.Increment(ref _count)}"))
    {
        _close = close;
        Transport = new Duplex(
            PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true)),
            PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        (RemoteEndPoint, LocalEndPoint) = (client, listener);
        ConnectionClosed = _closed.Token;
        Features.Set(new ProxiedPeer(isTrusted));
    }

    /// <summary>Completes when the connection is not used any more.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0)
            return;
        _close();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // callbacks of the token may wait
    }

    void IThreadPoolWorkItem.Execute() => _closed.Cancel();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync();
        await Transport.Input.CompleteAsync();
        Abort(new ConnectionAbortedException());
        await base.DisposeAsync();
        _ended.TrySetResult();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
