using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Links;

/// <summary>One end of a link: a connection with one channel for messages.</summary>
internal sealed class LinkEnd : IAsyncDisposable
{
    private readonly ClientConnection _connection;

    private LinkEnd(AmqpUri uri, ClientConnection connection, ClientChannel channel) =>
        (Uri, _connection, Channel) = (uri, connection, channel);

    public AmqpUri Uri { get; }

    /// <summary>The channel for messages.</summary>
    public ClientChannel Channel { get; }

    /// <summary>True while the broker asks publishers to wait.</summary>
    public bool IsBlocked => _connection.BlockedBy is not null;

    /// <summary>Opens the channel. Disposes of the connection if that fails.</summary>
    public static async Task<LinkEnd> OpenAsync(AmqpUri uri, ClientConnection connection, CancellationToken cancellation)
    {
        try
        {
            return new LinkEnd(uri, connection, await connection.OpenChannelAsync(cancellation));
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

    /// <summary>Runs a declaration on a channel of its own, because a refusal closes the channel.</summary>
    /// <exception cref="ClientException">The broker refused.</exception>
    public async Task<QueueDeclareOk> DeclareAsync(QueueDeclare declare, CancellationToken cancellation)
    {
        var channel = await _connection.OpenChannelAsync(cancellation);
        var declared = await channel.CallAsync<QueueDeclare, QueueDeclareOk>(declare, cancellation);
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose((ushort)ReplyCode.Success, "", 0, 0), cancellation);
        _connection.Forget(channel);
        return declared;
    }

    /// <summary>Closes the connection. Unacknowledged messages return to their queue.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
