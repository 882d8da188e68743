using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Links;

/// <summary>One end of a link: a connection with one channel for messages.</summary>
internal sealed class LinkEnd : IAsyncDisposable
{
    private readonly ClientConnection _connection;

    private LinkEnd(AmqpUri uri, string virtualHost, ClientConnection connection, ClientChannel channel) =>
        (Uri, VirtualHost, _connection, Channel) = (uri, virtualHost, connection, channel);

    public AmqpUri Uri { get; }

    public string VirtualHost { get; }

    /// <summary>The channel for messages.</summary>
    public ClientChannel Channel { get; }

    /// <summary>The properties of the broker, such as <c>cluster_name</c>.</summary>
    public FieldTable ServerProperties => _connection.ServerProperties;

    /// <inheritdoc cref="ClientTransport.LocalName"/>
    public string? LocalName => _connection.LocalName;

    /// <summary>True while the broker asks publishers to wait.</summary>
    public bool IsBlocked => _connection.BlockedBy is not null;

    /// <summary>Opens the channel. Disposes of the connection if that fails.</summary>
    public static async Task<LinkEnd> OpenAsync(
        AmqpUri uri, string virtualHost, ClientConnection connection, CancellationToken cancellation)
    {
        try
        {
            return new LinkEnd(uri, virtualHost, connection, await connection.OpenChannelAsync(cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Declares a durable queue if there is no queue of this name. An existing queue may have any properties.</summary>
    /// <exception cref="ClientException">The broker refused.</exception>
    public async Task EnsureQueueAsync(string queue, CancellationToken cancellation)
    {
        try
        {
            await DeclareAsync(new QueueDeclare(queue, Passive: true, false, false, false, NoWait: false, FieldTable.Empty), cancellation);
        }
        catch (ClientException missing) when (missing.Code == ReplyCode.NotFound)
        {
            await DeclareAsync(
                new QueueDeclare(queue, Passive: false, Durable: true, false, false, NoWait: false, FieldTable.Empty), cancellation);
        }
    }

    /// <summary>Opens a further channel.</summary>
    /// <exception cref="ClientException">The connection has ended.</exception>
    public Task<ClientChannel> OpenChannelAsync(CancellationToken cancellation) => _connection.OpenChannelAsync(cancellation);

    /// <summary>Runs a declaration on a channel of its own, because a refusal closes the channel.</summary>
    /// <exception cref="ClientException">The broker refused.</exception>
    public Task<QueueDeclareOk> DeclareAsync(QueueDeclare declare, CancellationToken cancellation) =>
        CallOnceAsync<QueueDeclare, QueueDeclareOk>(declare, cancellation);

    /// <summary>Runs a request on a channel of its own, because a refusal closes the channel.</summary>
    /// <exception cref="ClientException">The broker refused.</exception>
    public async Task<TReply> CallOnceAsync<TMethod, TReply>(TMethod method, CancellationToken cancellation)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply>
    {
        var channel = await _connection.OpenChannelAsync(cancellation);
        var declared = await channel.CallAsync<TMethod, TReply>(method, cancellation);
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose((ushort)ReplyCode.Success, "", 0, 0), cancellation);
        _connection.Forget(channel);
        return declared;
    }

    /// <summary>Closes the connection. Unacknowledged messages return to their queue.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
