using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Channels;
using Amqp.Server.Channels.Handlers;

namespace Amqp.Server.Connections;

/// <summary>Opens and closes the channels of a connection, and passes each frame to its channel.</summary>
/// <remarks>Only the connection's read loop changes the table. Changes hold a lock, because other threads list the channels.</remarks>
internal sealed class ChannelTable(OpenedConnection connection, string connectionName)
{
    private readonly Dictionary<ushort, AmqpChannel> _channels = [];
    private readonly Lock _lock = new();
    private AmqpChannel? _latest; // channel of the last frame; the next frame is often for the same channel

    /// <summary>The open channels, in order of their numbers. Any thread may read the list.</summary>
    public IReadOnlyList<AmqpChannel> All
    {
        get
        {
            lock (_lock)
                return [.. _channels.Values.OrderBy(channel => channel.Number)];
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _channels.Count;
        }
    }

    /// <summary>Number of open channels, and of their unacknowledged messages. Any thread may read it.</summary>
    public (int Channels, long Unacknowledged) Load
    {
        get
        {
            AmqpChannel[] channels;
            lock (_lock)
                channels = [.. _channels.Values];
            long unacknowledged = 0;
            foreach (var channel in channels) // without the lock, because counting takes the lock of a session
                unacknowledged += channel.Session.Deliveries.Count;
            return (channels.Length, unacknowledged);
        }
    }

    /// <summary>True if each consumer has prefetch to spare. The caller is the read loop and holds the lock of the output.</summary>
    public bool HavePrefetchToSpare
    {
        get
        {
            foreach (var channel in _channels.Values)
                if (!channel.Session.Consumers.HavePrefetchToSpare)
                    return false;
            return true;
        }
    }

    /// <summary>Handles a frame of a channel other than 0. A soft error closes only the channel.</summary>
    /// <exception cref="AmqpException">A hard error. The caller closes the connection.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // called once for each frame, see ReadLoop.Handle
    public void Handle(in Frame frame)
    {
        var channel = _latest?.Number == frame.Channel ? _latest : _latest = _channels.GetValueOrDefault(frame.Channel);
        var method = frame.Type == FrameType.Method ? ChannelFrames.MethodOf(frame) : default;
        if (channel is null)
        {
            if (frame.Type != FrameType.Method)
                throw new AmqpException(ReplyCode.UnexpectedFrame, "expected method frame, got non method frame instead");
            if (method != ChannelOpen.Id)
                throw new AmqpException(ReplyCode.ChannelError, "expected 'channel.open'", method);
            Open(frame.Channel);
        }
        else if (method == ChannelClose.Id && !channel.Content.IsExpectingContent)
        {
            AcceptClose(channel);
        }
        else if (!channel.IsClosing)
        {
            HandleOpen(channel, frame);
        }
        else if (method == ChannelCloseOk.Id)
        {
            Remove(channel);
        }
        else
        {
            ChannelFrames.Discard(channel, frame);
        }
    }

    /// <summary>Releases everything that the channels hold, at the end of the connection.</summary>
    public void ReleaseAll()
    {
        // All consumers are cancelled first: a message that one channel requeues must not be delivered on another one.
        foreach (var channel in _channels.Values)
            connection.Client.Services.Faults.Contain(Compartment.Connection, $"the end of {channel}", channel.LeaveAll);
        foreach (var channel in _channels.Values)
        {
            channel.Release();
            NoteClosed(channel);
        }
        lock (_lock)
            _channels.Clear();
        _latest = null;
    }

    /// <summary>Closes each channel on which a delivery has exceeded the consumer timeout.</summary>
    /// <param name="now">The current time, in milliseconds.</param>
    public void CloseLate(long now)
    {
        foreach (var channel in _channels.Values)
        {
            if (channel.IsClosing || !channel.Session.Deliveries.TryFindLate(now, out var late))
                continue;
            connection.Logger.DeliveryTimedOut(connectionName, channel.Number, late.Consumer?.Tag ?? "", late.Queue!.Name);
            Close(channel, new AmqpException(
                ReplyCode.PreconditionFailed,
                $"delivery acknowledgement on channel {channel.Number} timed out. Timeout value "
                    + $"used: {connection.Client.ConsumerTimeoutOf(late.Queue)} ms. This timeout value "
                    + "can be configured, see consumers doc guide to learn more"));
        }
    }

    /// <summary>
    /// Closes each channel that has a consumer without read permission. Needed for clients that do not understand basic.cancel.
    /// </summary>
    public void CloseRevoked()
    {
        foreach (var channel in _channels.Values)
            if (!channel.IsClosing && channel.Session.Consumers.Revoked is { } reason)
                Close(channel, reason.ToAmqp());
    }

    private void HandleOpen(AmqpChannel channel, in Frame frame)
    {
        try
        {
            ChannelFrames.Handle(channel, frame);
        }
        catch (AmqpException error) when (!error.ClosesConnection)
        {
            Close(channel, error);
        }
    }

    private void Close(AmqpChannel channel, AmqpException error)
    {
        connection.Logger.ChannelClosed(connectionName, channel.Number, error.ReplyText);
        channel.Release();
        NoteClosed(channel);
        channel.IsClosing = true;
        channel.Send(new ChannelClose((ushort)error.Code, error.ReplyText, error.Cause.Class, error.Cause.Method));
    }

    private void Open(ushort number)
    {
        if (_channels.Count >= connection.ChannelMax)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"number of channels opened ({_channels.Count}) has reached the negotiated channel_max ({connection.ChannelMax})");
        connection.Client.Admission?.OpenChannel();
        var channel = new AmqpChannel(number, connection);
        lock (_lock)
            _channels.Add(number, channel);
        connection.Client.Services.Events.ChannelCreated(channel.Session);
        channel.Send(new ChannelOpenOk());
    }

    private void AcceptClose(AmqpChannel channel)
    {
        if (!channel.IsClosing)
        {
            channel.Release();
            NoteClosed(channel);
            Remove(channel);
        }
        channel.Send(new ChannelCloseOk());
    }

    /// <summary>Raises the event of a closed channel, unless it was already raised when the broker sent channel.close.</summary>
    private void NoteClosed(AmqpChannel channel)
    {
        if (!channel.IsClosing)
            connection.Client.Services.Events.ChannelClosed(channel.Session);
    }

    private void Remove(AmqpChannel channel)
    {
        lock (_lock)
            _channels.Remove(channel.Number);
        _latest = null;
        connection.Client.Admission?.CloseChannel();
    }
}
