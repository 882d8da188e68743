using System.Buffers;
using System.Net;
using Amqp.Server.Connections;
using Amqp.Server.Logging;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Hosting.Proxy;

/// <summary>Reads the PROXY header of each connection, and replaces the connection's addresses by those in the header.</summary>
/// <param name="next">The next middleware of the connection.</param>
/// <param name="timeout">Time limit for the header.</param>
/// <param name="trusted">
/// Networks of trusted proxies. If another remote proxy sends a loopback address, the client does not count as local.
/// </param>
/// <param name="logger">Logs connections that do not begin with a valid header.</param>
internal sealed class ProxiedConnections(ConnectionDelegate next, TimeSpan timeout, IReadOnlyList<IPNetwork> trusted, ILogger logger)
{
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (await ReadHeaderAsync(connection) is not { } header)
            return;
        if (header.Source is not null)
        {
            connection.Features.Set(new ProxiedPeer(IsTrusted(connection.RemoteEndPoint)));
            (connection.RemoteEndPoint, connection.LocalEndPoint) = (header.Source, header.Destination);
        }
        await next(connection);
    }

    /// <summary>True if the proxy is on this machine or in a trusted network.</summary>
    private bool IsTrusted(EndPoint? proxy)
    {
        if (proxy is not IPEndPoint { Address: var address })
            return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || trusted.Any(network => network.Contains(plain));
    }

    /// <summary>Reads the header. Returns null if the peer closes the connection, or sends no valid header in time.</summary>
    private async Task<ProxyHeader?> ReadHeaderAsync(ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(timeout);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(limit.Token);
                if (TryTake(result.Buffer, out var header, out var end))
                {
                    input.AdvanceTo(end);
                    return header;
                }
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (result.IsCompleted)
                    return null;
            }
        }
        catch (Exception error)
            when (error is InvalidDataException or OperationCanceledException or IOException or ConnectionAbortedException)
        {
            if (error is InvalidDataException)
                logger.NoProxyHeader($"{connection.RemoteEndPoint as IPEndPoint}", error.Message);
            connection.Abort();
            return null;
        }
    }

    private static bool TryTake(in ReadOnlySequence<byte> received, out ProxyHeader? header, out SequencePosition end)
    {
        ReadOnlySpan<byte> start = received.IsSingleSegment ? received.FirstSpan : received.ToArray();
        bool isRead = ProxyHeader.TryRead(start, out header, out int length);
        end = received.GetPosition(isRead ? length : 0);
        return isRead;
    }
}
