using Amqp.Server.Broker.Access;
using Amqp.Server.Client;

namespace Amqp.Server.Links;

/// <summary>Connects the ends of a link: to another broker over a socket, or to this broker within the process. Thread-safe.</summary>
/// <param name="openLocal">
/// Opens a connection to this broker. The arguments are the name of the connection, and the user; null if the client logs in.
/// </param>
internal sealed class LinkConnector(Func<string, User?, ClientTransport> openLocal)
{
    /// <summary>Connects to the first address of a list that can be reached.</summary>
    /// <param name="uris">The addresses, in the order of preference.</param>
    /// <param name="name">Name of the connection in lists.</param>
    /// <param name="virtualHost">The virtual host, if an address names none.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="ClientException">No address can be reached. The exception is that of the last one.</exception>
    public async Task<LinkEnd> ConnectAsync(
        IReadOnlyList<AmqpUri> uris, string name, string virtualHost, CancellationToken cancellation)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(uris[i], name, virtualHost, cancellation);
            }
            catch (ClientException) when (i + 1 < uris.Count)
            {
                // The next address is tried.
            }
        }
    }

    private async Task<LinkEnd> ConnectAsync(AmqpUri uri, string name, string virtualHost, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(uri.ConnectionTimeout);
        try
        {
            var login = ClientLogin.Of(uri, name, virtualHost);
            if (!uri.IsLocal)
                return await OpenAsync(await ClientTransport.ConnectAsync(uri, limit.Token));
            return await OpenAsync(openLocal(name, uri.User is null ? User.Internal : null));

            async Task<LinkEnd> OpenAsync(ClientTransport transport)
            {
                var connection = await ClientConnection.OpenAsync(transport, login, limit.Token);
                return await LinkEnd.OpenAsync(uri, login.VirtualHost, connection, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ClientException($"{uri} did not answer within {uri.ConnectionTimeout.TotalSeconds:0} seconds");
        }
        catch (ClientException error)
        {
            throw new ClientException($"{uri}: {error.Message}", error.Code, error);
        }
    }
}
