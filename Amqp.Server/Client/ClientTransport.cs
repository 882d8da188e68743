using System.IO.Pipelines;
using System.Net.Sockets;

namespace Amqp.Server.Client;

/// <summary>Octets to and from a broker: a socket, with or without TLS, or a pipe within this process.</summary>
/// <param name="Input">Octets from the broker.</param>
/// <param name="Output">Octets to the broker.</param>
/// <param name="End">Ends the transport at once. May be called more than once, and by any thread.</param>
internal sealed record ClientTransport(PipeReader Input, PipeWriter Output, Action End)
{
    private const int ReadSize = 64 << 10;

    /// <summary>Name of the connection in the lists of this broker; null if it leads to another broker.</summary>
    public string? LocalName { get; init; }

    /// <summary>Connects to a host.</summary>
    /// <exception cref="ClientException">The host cannot be reached, or the TLS handshake failed.</exception>
    public static async Task<ClientTransport> ConnectAsync(AmqpUri uri, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(uri.Host, uri.Port, cancellation);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (uri.Tls is { } tls)
                stream = await tls.EncryptAsync(stream, uri.Host, cancellation);
            return new ClientTransport(
                PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, leaveOpen: true)),
                PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)),
                stream.Dispose);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ClientException(new SocketException((int)error.SocketErrorCode).Message, cause: error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
