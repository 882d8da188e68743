using System.Buffers;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Channels;
using Amqp.Server.Channels.Handlers;

namespace Amqp.Server.Connections;

/// <summary>Reads an open connection's frames, all that the socket gave as one round of work, until it closes.</summary>
/// <remarks>
/// Frames are handled without awaiting: what they ask for is in memory. The loop itself waits, between rounds, for
/// whatever has fallen behind: the store, the client's reading of what it was sent, memory. A client that is not read
/// from is stopped by TCP, so nothing piles up here.
/// </remarks>
internal sealed class ReadLoop(AmqpConnection connection, PipeReader input, FrameReader frames, DispatchRound round)
{
    /// <summary>While memory is short, one connection may hold so large a part of the high watermark besides messages.</summary>
    private const int HeldShare = 8;

    private static ReadOnlySpan<byte> CloseOkFrame => [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 51, Frame.End];

    private static ReadOnlySpan<byte> CloseOkFrameOfAmqp08 => [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 61, Frame.End];

    private OpenedConnection? _opened;
    private ChannelTable? _channels;
    private bool _isFramingLost; // after a frame that was too large, no later octet can be trusted
    private bool _isDone;
    private bool _mustPause; // something must be waited for before the next frame
    private bool _isHeldBack; // a part of a content came while there was an alarm

    /// <summary>The channels that are open. Any thread may ask.</summary>
    public IReadOnlyList<AmqpChannel> Channels => Volatile.Read(ref _channels)?.All ?? [];

    /// <summary>How many those are.</summary>
    public int ChannelCount => Volatile.Read(ref _channels)?.Count ?? 0;

    /// <summary>Handles frames until one side has closed.</summary>
    /// <returns>False when the client went away without a word.</returns>
    public async Task<bool> RunAsync(OpenedConnection opened)
    {
        (_opened, _channels) = (opened, new ChannelTable(opened, connection.Peer.Name));
        while (!_isDone)
        {
            var result = await input.ReadAsync();
            if (!result.IsCanceled)
                connection.NoteReceived();
            else if (!connection.IsClosing)
                CloseChannels(_channels);
            var buffer = result.Buffer;
            long arrived = buffer.Length;
            HandleFrames(ref buffer);
            connection.Outbox.Counts.NoteReceived(arrived - buffer.Length);
            // Consumed: whole frames. Examined: everything, unless the loop stopped in between.
            bool isPaused = _mustPause;
            input.AdvanceTo(buffer.Start, isPaused ? buffer.Start : buffer.End);
            EndRound();
            if (result.IsCompleted && !isPaused)
                return _isDone;
            if (opened.PendingCommit is not null)
                await CommitTransactionAsync();
            await WaitForRoomAsync();
        }
        return true;
    }

    /// <summary>Has the loop look whether channels or the connection must close, though nothing has come. Any thread.</summary>
    public void WakeUp() => input.CancelPendingRead();

    /// <summary>Waits for the answer to a connection.close of ours, and for nothing else.</summary>
    public async Task AwaitCloseOkAsync()
    {
        while (!_isDone)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            HandleFrames(ref buffer);
            input.AdvanceTo(buffer.Start, buffer.End);
            round.Complete();
            if (result.IsCompleted)
                return;
        }
    }

    /// <summary>Reads on, to no purpose, until the client closes its socket: closing ours first could cost it our last words.</summary>
    public async Task DiscardRestAsync()
    {
        while (true)
        {
            var result = await input.ReadAsync();
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    /// <summary>Gives back what the connection holds: its channels' consumers and deliveries, then its exclusive queues. Each step is taken whatever became of the others.</summary>
    public void Release()
    {
        if (_opened is not { } opened)
            return;
        opened.Client.Services.Faults.Contain(Compartment.Connection, $"the end of connection {connection.Peer.Name}", _channels!.ReleaseAll);
        opened.Client.Release();
    }

    /// <summary>Those with a delivery that was never acknowledged, and those whose consumers may no longer read.</summary>
    private static void CloseChannels(ChannelTable channels)
    {
        channels.CloseLate(Environment.TickCount64);
        channels.CloseRevoked();
    }

    private void HandleFrames(ref ReadOnlySequence<byte> buffer)
    {
        while (!_isFramingLost)
        {
            try
            {
                HandleUntilError(ref buffer);
                return;
            }
            catch (BrokerException error)
            {
                connection.Close(error.ToAmqp());
            }
            catch (AmqpException error)
            {
                connection.Close(error); // what comes behind is handled as it should be while closing
            }
        }
        LookForCloseOk(ref buffer);
    }

    private void HandleUntilError(ref ReadOnlySequence<byte> buffer)
    {
        _mustPause = false;
        while (!_isDone && !_mustPause && TryRead(ref buffer, out var frame))
        {
            Handle(frame);
            if (_opened is not { } opened)
                continue;
            // RabbitMQ's rule: requests are answered while there is an alarm, and the first frame of a content is the last that is read.
            _isHeldBack = frame.Type is FrameType.Header or FrameType.Body && connection.Alarms.IsSet;
            // One packet can ask for more than memory holds: look after each frame, not after the last.
            _mustPause = _isHeldBack || opened.PendingCommit is not null || opened.Outbox.IsFull;
            if (round.IsFull)
                EndRound();
        }
    }

    private bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        long before = buffer.Length;
        try
        {
            return frames.TryRead(ref buffer, out frame);
        }
        catch (AmqpException)
        {
            _isFramingLost = buffer.Length == before; // it cannot tell where the next one begins
            throw;
        }
    }

    private void Handle(in Frame frame)
    {
        if (connection.IsClosing)
            HandleWhileClosing(frame);
        else if (frame.Channel != 0 && frame.Type != FrameType.Heartbeat)
            _channels!.Handle(frame);
        else if (frame.Type == FrameType.Method)
            HandleConnectionMethod(ChannelFrames.MethodOf(frame));
        else if (frame.Type != FrameType.Heartbeat || frame.Channel != 0)
            throw new AmqpException(ReplyCode.UnexpectedFrame, $"type {(byte)frame.Type}, {Octets.Describe(frame.Payload)}");
    }

    private void HandleConnectionMethod(MethodId id)
    {
        if (id == ConnectionClose.Id)
        {
            // Exclusive queues must be gone when the client reads close-ok: it may declare them again at once.
            Release();
            connection.LogClosed();
            Send(new ConnectionCloseOk());
            _isDone = true;
        }
        else if (id == ConnectionUpdateSecret.Id)
        {
            // Passwords of our own users do not run out, so as in RabbitMQ any secret is as good as the one before.
            Send(new ConnectionUpdateSecretOk());
        }
        else
        {
            throw new AmqpException(ReplyCode.ChannelError, "unexpected method in connection state running", id);
        }
    }

    /// <summary>After our connection.close nothing counts but its answer; a close of the client's own that crossed it is answered.</summary>
    private void HandleWhileClosing(in Frame frame)
    {
        if (frame.Channel != 0 || frame.Type != FrameType.Method)
            return;
        var id = ChannelFrames.MethodOf(frame);
        if (id == ConnectionClose.Id)
            Send(new ConnectionCloseOk());
        _isDone = id == ConnectionCloseOk.Id;
    }

    /// <summary>Where frames can no longer be told apart, close-ok is still found by its octets.</summary>
    private void LookForCloseOk(ref ReadOnlySequence<byte> buffer)
    {
        _isDone = new SequenceReader<byte>(buffer).TryReadTo(out ReadOnlySequence<byte> _, frames.IsAmqp08 ? CloseOkFrameOfAmqp08 : CloseOkFrame);
        long kept = _isDone ? 0 : Math.Min(buffer.Length, CloseOkFrame.Length - 1);
        buffer = buffer.Slice(buffer.Length - kept);
    }

    private void EndRound()
    {
        if (connection.IsClosing)
            Release();
        if (_opened is { } opened)
            opened.Client.EndRound();
        else
            round.Complete();
    }

    private async Task CommitTransactionAsync()
    {
        var (channel, position) = _opened!.PendingCommit!;
        _opened.PendingCommit = null;
        try
        {
            var committed = _opened.VirtualHost.Host.Services.Store.WaitForCommitAsync(position);
            await connection.PauseAsync(committed);
            await committed;
            channel.Send(new TxCommitOk());
        }
        catch (Storage.Faults.StoreFailedException failure)
        {
            connection.Close(new AmqpException(ReplyCode.InternalError, failure.Message, TxCommit.Id));
        }
        round.Complete();
    }

    private async Task WaitForRoomAsync()
    {
        var opened = _opened!;
        if (opened.HasPublished)
        {
            connection.Alarms.CheckIfDue();
            if (opened.VirtualHost.Host.Services.Store.IsBehind)
                await WaitForStoreAsync(opened);
        }
        if (_isHeldBack)
            await WaitForAlarmsAsync(opened);
        var outbox = opened.Outbox.WaitForRoomAsync();
        if (!outbox.IsCompleted)
            await connection.PauseAsync(outbox);
    }

    /// <summary>The disk may be slow because it is about to be full: with an alarm the client is read on, to be held back, and to hear of it, when it publishes.</summary>
    private Task WaitForStoreAsync(OpenedConnection opened) =>
        connection.SlowDownAsync(Task.WhenAny(opened.VirtualHost.Host.Services.Store.WaitForRoomAsync(), connection.Alarms.WaitUntilSetAsync()));

    /// <summary>Waits with the rest of a content until the alarms are over. Who holds much memory itself is closed: nobody else could free it.</summary>
    private async Task WaitForAlarmsAsync(OpenedConnection opened)
    {
        _isHeldBack = false;
        long held = opened.Client.HeldMemory.Bytes;
        if (held > opened.Options.Alarms.MemoryHighWatermark / HeldShare && connection.Alarms.IsMemoryShort)
            connection.Close(new AmqpException(ReplyCode.ResourceError, $"{held} bytes held in open transactions and unfinished messages while the broker is low on memory"));
        else
            await connection.WaitWhileBlockedAsync(opened, round);
    }

    private void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => connection.Outbox.Send(0, method, round);
}
