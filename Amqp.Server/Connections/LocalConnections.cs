using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Client;
using Amqp.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Connections;

/// <summary>Opens AMQP connections within this process: to the broker itself, over pipes in place of a socket. Thread-safe.</summary>
internal sealed class LocalConnections(
    MemoryPool<byte> memory, Lazy<MessageBroker> broker, ConnectionRegistry connections, IOptions<BrokerOptions> options)
{
    private readonly AmqpConnectionHandler _handler = new(memory, broker, connections, options);
    private long _count;

    /// <summary>Opens a connection. The caller still has to run the handshake.</summary>
    /// <param name="name">Name of the client, such as <c>Shovel orders</c>.</param>
    /// <param name="user">User whose permissions the client has; null if the client logs in with a password.</param>
    public ClientTransport Open(string name, User? user)
    {
        var pipes = new PipeOptions(useSynchronizationContext: false);
        var (toBroker, toClient) = (new Pipe(pipes), new Pipe(pipes));
        string number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var context = new LocalConnection(number, toBroker, toClient);
        var client = new LocalClient($"{name} (local {number})", user);
        context.Features.Set(client);
        _ = RunAsync(context);
        return new ClientTransport(toClient.Reader, toBroker.Writer, context.Abort) { LocalName = client.Name };
    }

    private async Task RunAsync(LocalConnection context)
    {
        await Task.Yield(); // the caller must not run the broker's side
        try
        {
            await _handler.OnConnectedAsync(context);
        }
        finally
        {
            await context.Transport.Output.CompleteAsync();
            await context.Transport.Input.CompleteAsync();
            // The context is not disposed of: a thread may still run the end of its Abort, and it owns nothing but memory.
        }
    }

    private sealed class LocalConnection(string number, Pipe toBroker, Pipe toClient)
        : DefaultConnectionContext(
            $"local:{number}", new Duplex(toBroker.Reader, toClient.Writer), new Duplex(toClient.Reader, toBroker.Writer))
    {
        /// <summary>Ends both pipes, as a closed socket does: readers see the end, and writers fail.</summary>
        public override void Abort(ConnectionAbortedException abortReason)
        {
            base.Abort(abortReason);
            foreach (var pipe in (ReadOnlySpan<Pipe>)[toBroker, toClient])
            {
                pipe.Writer.Complete();
                pipe.Writer.CancelPendingFlush(); // a writer that waits for its reader goes on, and fails
            }
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
