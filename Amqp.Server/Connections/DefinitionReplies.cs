using Amqp.Protocol;
using Amqp.Server.Channels.Handlers;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Connections;

/// <summary>
/// In a cluster, holds the replies to requests that may have changed definitions until the changes are on the nodes in sync. Owned by the
/// connection's read loop.
/// </summary>
internal sealed class DefinitionReplies(AmqpConnection connection, ConnectionPause pause, DefinitionSync sync)
{
    private bool _hasDefined;

    /// <summary>True if a request may have changed definitions since the last wait.</summary>
    public bool AreHeld => _hasDefined;

    /// <summary>Notes a frame that was handled.</summary>
    public void Note(in Frame frame)
    {
        if (frame.Type != FrameType.Method)
            return;
        ushort kind = ChannelFrames.MethodOf(frame).Class;
        _hasDefined |= kind == ExchangeDeclare.Id.Class || kind == QueueDeclare.Id.Class;
    }

    /// <summary>Waits until the changes are replicated. The replies wait in the output meanwhile.</summary>
    public async Task WaitAsync()
    {
        _hasDefined = false;
        if (!sync.IsNeeded)
            return;
        try
        {
            var synced = sync.RunAsync();
            await pause.WaitAsync(synced);
            await synced;
        }
        catch (IOException failure)
        {
            connection.Close(new AmqpException(ReplyCode.InternalError, $"definitions cannot be replicated: {failure.Message}"));
        }
    }
}
