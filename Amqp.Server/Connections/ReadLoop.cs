using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Channels;
using Amqp.Server.Channels.Handlers;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Connections;

/// <summary>
/// Reads the frames of an open connection. The frames from one read of the socket are handled together, without awaiting.
/// </summary>
/// <remarks>Between reads, the loop may wait until the store has written enough, an alarm ends, or the client reads its output.</remarks>
internal sealed class ReadLoop(
    AmqpConnection connection, PipeReader input, FrameReader frames, DispatchRound round,
    PatientAcknowledgements patience, ServingThread thread, ConnectionHeartbeat heartbeat, ConnectionPause pause,
    ILogger logger) : IPublisherInput
{
    private OpenedConnection? _opened;
    private ChannelTable? _channels;
    private DefinitionReplies? _definitions; // in a cluster
    private bool _isDone;
    private bool _mustPause; // the loop must wait before it handles the next frame
    private bool _isHeldBack; // the last frame was a header or body frame, and an alarm is set

    /// <summary>The open channels, in order of their numbers. Any thread may read the list.</summary>
    public IReadOnlyList<AmqpChannel> Channels => Volatile.Read(ref _channels)?.All ?? [];

    public int ChannelCount => Volatile.Read(ref _channels)?.Count ?? 0;

    /// <inheritdoc cref="ChannelTable.Load"/>
    public (int Channels, long Unacknowledged) Load => Volatile.Read(ref _channels)?.Load ?? default;

    /// <summary>Handles frames until the client or the broker has closed the connection.</summary>
    /// <returns>False if the socket was closed without connection.close.</returns>
    public async Task<bool> RunAsync(OpenedConnection opened)
    {
        (_opened, _channels) = (opened, new ChannelTable(opened, connection.Peer.Name));
        _definitions = opened.DefinitionSync is { } sync ? new DefinitionReplies(connection, pause, sync) : null;
        while (!_isDone)
        {
            var result = await input.ReadAsync();
            if (!result.IsCanceled)
                heartbeat.NoteReceived();
            else if (!connection.IsClosing)
                CloseChannels(_channels);
            var buffer = result.Buffer;
            long arrived = buffer.Length;
            bool areAcknowledgements = patience.IsPossible && AcknowledgementFrames.AreAll(buffer);
            HandleFrames(ref buffer);
            connection.Outbox.Counts.NoteReceived(arrived - buffer.Length);
            // During a pause, the rest of the buffer may contain whole frames. The rest is not marked as examined, so that the next read
            // returns at once.
            bool isPaused = _mustPause;
            input.AdvanceTo(buffer.Start, isPaused ? buffer.Start : buffer.End);
            if (_definitions is { AreHeld: true })
                await _definitions.WaitAsync();
            EndRound();
            if (patience.IsPossible)
                patience.NoteRead(areAcknowledgements, _channels);
            if (result.IsCompleted && !isPaused)
                return _isDone;
            if (opened.PendingCommit is not null)
                await CommitTransactionAsync();
            await WaitForRoomAsync();
        }
        return true;
    }

    /// <summary>Makes the loop check at once if channels or the connection must be closed. Any thread may call this method.</summary>
    public void WakeUp() => input.CancelPendingRead();

    /// <summary>Waits for close-ok, after the broker has sent connection.close.</summary>
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

    /// <summary>Discards input until the client closes its socket or the connection is lost.</summary>
    /// <remarks>If the broker closed its socket first, the client could lose output that it has not read yet.</remarks>
    public async Task DiscardRestAsync()
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException)
        {
            // The client has closed its socket or is lost.
        }
    }

    /// <summary>Releases the consumers and deliveries of all channels, and then deletes the connection's exclusive queues.</summary>
    /// <remarks>An exception in one step does not prevent the next step.</remarks>
    public void Release()
    {
        if (_opened is not { } opened)
            return;
        opened.Client.Services.Faults.Contain(
            Compartment.Connection, $"the end of connection {connection.Peer.Name}", _channels!.ReleaseAll);
        opened.Client.Release();
    }

    /// <summary>Closes channels on which a delivery exceeds the consumer timeout, or a consumer has lost its read permission.</summary>
    private static void CloseChannels(ChannelTable channels)
    {
        channels.CloseLate(Environment.TickCount64);
        channels.CloseRevoked();
    }

    private void HandleFrames(ref ReadOnlySequence<byte> buffer)
    {
        while (!frames.IsLost)
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
                connection.Close(error); // the next frames are handled as those of a closing connection
            }
        }
        _isDone = CloseOkSearch.TryFind(ref buffer, frames.IsAmqp08);
    }

    private void HandleUntilError(ref ReadOnlySequence<byte> buffer)
    {
        _mustPause = false;
        while (!_isDone && !_mustPause && frames.TryRead(ref buffer, out var frame))
        {
            Handle(frame);
            if (_opened is not { } opened)
                continue;
            _definitions?.Note(frame);
            // As in RabbitMQ, requests are answered during an alarm. Reading pauses after the first header or body frame.
            _isHeldBack = frame.Type is FrameType.Header or FrameType.Body && opened.Brake.IsAlarmSet;
            // Output is checked after each frame, because the requests of one packet can cause more output than memory holds.
            _mustPause = _isHeldBack || opened.PendingCommit is not null || opened.Outbox.IsFull;
            if (round.IsFull)
                EndRound();
        }
    }

    // Inlined with the table's and the channel's method for a frame: the three calls took 4 % of the native file's time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Handle(in Frame frame)
    {
        if (connection.IsClosing)
            HandleWhileClosing(frame);
        else if (frame.Channel != 0 && frame.Type != FrameType.Heartbeat)
            _channels!.Handle(frame);
        else if (frame.Type == FrameType.Method)
            HandleConnectionMethod(ChannelFrames.MethodOf(frame));
        else if (frame.Type != FrameType.Heartbeat || frame.Channel != 0)
            throw Unexpected(frame);
    }

    private static AmqpException Unexpected(in Frame frame) =>
        new(ReplyCode.UnexpectedFrame, $"type {(byte)frame.Type}, {Octets.Describe(frame.Payload)}");

    private void HandleConnectionMethod(MethodId id)
    {
        if (id == ConnectionClose.Id)
        {
            // Exclusive queues are deleted before close-ok: after close-ok, the client may declare the same queues again.
            Release();
            logger.ConnectionClosed(connection.Peer.Name);
            Send(new ConnectionCloseOk());
            _isDone = true;
        }
        else if (id == ConnectionUpdateSecret.Id)
        {
            // Passwords do not expire, so the broker needs no new secret. Like RabbitMQ, it accepts any.
            Send(new ConnectionUpdateSecretOk());
        }
        else
        {
            throw new AmqpException(ReplyCode.ChannelError, "unexpected method in connection state running", id);
        }
    }

    /// <summary>Handles a frame that arrives after the broker has sent connection.close. Only close-ok ends the loop.</summary>
    private void HandleWhileClosing(in Frame frame)
    {
        if (frame.Channel != 0 || frame.Type != FrameType.Method)
            return;
        var id = ChannelFrames.MethodOf(frame);
        if (id == ConnectionClose.Id)
            Send(new ConnectionCloseOk());
        _isDone = id == ConnectionCloseOk.Id;
    }

    private void EndRound()
    {
        if (connection.IsClosing)
            Release();
        if (_opened is not { } opened)
        {
            round.Complete();
            return;
        }
        long position = opened.Client.EndRound(thread);
        if (position != 0)
            thread.Commit(opened.Client.Store, position);
    }

    private async Task CommitTransactionAsync()
    {
        var (channel, position) = _opened!.PendingCommit!;
        _opened.PendingCommit = null;
        try
        {
            var committed = _opened.VirtualHost.Host.Services.Store.WaitForCommitAsync(position);
            await pause.WaitAsync(committed);
            await committed;
            channel.Send(new TxCommitOk());
        }
        catch (Storage.Faults.StoreFailedException failure)
        {
            connection.Close(new AmqpException(ReplyCode.InternalError, failure.Message, TxCommit.Id));
        }
        round.Complete();
    }

    /// <summary>Waits until the store, the memory and the output can take more requests.</summary>
    private async Task WaitForRoomAsync()
    {
        var opened = _opened!;
        await opened.Brake.WaitForStoreAsync(this);
        if (round.Outrun is { } queue)
        {
            round.Outrun = null;
            // A client that also consumes would not read the acknowledgements which the queue waits for.
            if (opened.Client.ConsumerCount == 0 && !connection.IsClosing && opened.Options.Limits.PublishersWaitForConsumers)
                await opened.Brake.WaitForConsumersAsync(this, queue);
        }
        if (_isHeldBack && !connection.IsClosing)
            await WaitForAlarmsAsync(opened.Brake);
        _isHeldBack = false;
        var outbox = opened.Outbox.WaitForRoomAsync();
        if (!outbox.IsCompleted)
            await pause.WaitAsync(outbox);
    }

    private async Task WaitForAlarmsAsync(PublisherBrake brake)
    {
        if (brake.ExcessiveMemory is { } held)
            connection.Close(new AmqpException(
                ReplyCode.ResourceError,
                $"{held} bytes held in open transactions and unfinished messages while the broker is low on memory"));
        else
            await brake.WaitForAlarmsAsync(this);
    }

    Task IPublisherInput.PauseAsync(Task waiting) => pause.WaitAsync(waiting);

    void IPublisherInput.NoteBlocked(string reason)
    {
        logger.PublisherBlocked(connection.Peer.Name, reason);
        if (_opened!.Capabilities.ConnectionBlocked)
            Send(new ConnectionBlocked(reason));
        round.Complete();
    }

    void IPublisherInput.NoteUnblocked()
    {
        if (_opened!.Capabilities.ConnectionBlocked)
            Send(new ConnectionUnblocked());
        round.Complete();
    }

    private void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> => connection.Outbox.Send(0, method, round);
}
