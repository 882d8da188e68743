using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Hosting.Tls;

/// <summary>Lets a connection write while an earlier flush is still under way, which the stream of TLS does not.</summary>
/// <remarks>What is written gathers in a pipe; one loop for each connection passes it on.</remarks>
/// <param name="next">Whoever carries the connection.</param>
internal sealed class BufferedOutput(ConnectionDelegate next)
{
    private const int PauseAbove = 64 * 1024;

    /// <summary>How long the peer has to take the last octets once nobody writes any more.</summary>
    private static readonly TimeSpan _drainTimeout = TimeSpan.FromSeconds(3);

    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        var transport = connection.Transport;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PauseAbove, resumeWriterThreshold: PauseAbove / 2, useSynchronizationContext: false));
        connection.Transport = new DuplexPipe(transport.Input, pipe.Writer);
        var passing = PassOnAsync(pipe.Reader, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            connection.Transport = transport;
            if (await Task.WhenAny(passing, Task.Delay(_drainTimeout)) != passing)
                connection.Abort();
            await passing;
        }
    }

    /// <summary>Ends when the writer has completed, or the peer is gone. Throws nothing.</summary>
    private static async Task PassOnAsync(PipeReader from, PipeWriter to)
    {
        try
        {
            while (true)
            {
                var result = await from.ReadAsync();
                foreach (var part in result.Buffer)
                    await to.WriteAsync(part);
                from.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    break;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The writer hears of it by its next flush.
        }
        await from.CompleteAsync();
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
