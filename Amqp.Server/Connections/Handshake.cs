using System.Buffers;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Channels;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>Runs the handshake of a connection (spec 2.2.4). Used once.</summary>
internal sealed class Handshake(
    ConnectionPeer peer, PipeReader input, FrameReader frames, Outbox outbox, DispatchRound round,
    MessageBroker broker, ConnectionRegistry connections, BrokerOptions options, StartFrames startFrames, ILogger logger)
{
    /// <summary>Highest channel number of AMQP.</summary>
    private const int MaxChannelNumber = ushort.MaxValue;

    /// <summary>A refused client that does not understand connection.close is disconnected after this delay, as in RabbitMQ.</summary>
    private static readonly TimeSpan _refusalDelay = TimeSpan.FromSeconds(3);

    private readonly HandshakeFrames _dialogue = new(input, frames, outbox.Counts);
    private readonly Login _login = new(peer, broker.Users, options);

    /// <returns>The opened connection. Null if the client has closed its socket, or was refused without connection.close.</returns>
    /// <exception cref="AmqpException">The client is refused. The caller answers with connection.close.</exception>
    public async Task<OpenedConnection?> RunAsync(CancellationToken aborted)
    {
        if (await _dialogue.ReadProtocolHeaderAsync(aborted) is not { } header)
            return null;
        bool isAmqp08 = ProtocolHeader.IsAmqp08(header);
        if (!isAmqp08 && !ProtocolHeader.IsAccepted(header))
        {
            logger.WrongProtocolHeader(peer.Name, ProtocolHint.Describe(header));
            outbox.SendRaw(ProtocolHeader.Amqp091);
            return null;
        }

        if (isAmqp08)
        {
            frames.IsAmqp08 = true;
            outbox.SpeakAmqp08();
        }
        outbox.SendRaw(startFrames.Offering(_login.Mechanisms, broker.ClusterName, isAmqp08));
        if (await ReadSilentlyAsync<ConnectionStartOk>(aborted) is not { } startOk)
            return null;
        var capabilities = ClientCapabilities.Read(startOk.ClientProperties);
        bool makesSense = _login.TryRead(startOk, out var user, out string name, out string refusal);
        if (makesSense)
            broker.Statistics.Authentication.Note(AuthenticationAttempts.Amqp, $"{peer.Address}", name, isSuccess: user is not null);
        if (user is null)
        {
            broker.Events.LoginRefused(peer, name, startOk.Mechanism, refusal);
            bool mustWait = connections.FailedLogins.Note(peer.Address, peer.Name, name, startOk.Mechanism, refusal);
            return await RefuseAsync(startOk.Mechanism, makesSense && capabilities.AuthenticationFailureClose, mustWait, aborted);
        }

        broker.Events.LoggedIn(peer, name, startOk.Mechanism);
        Send(new ConnectionTune(options.Connections.ChannelMax, (uint)options.Connections.FrameMax, options.Connections.Heartbeat));
        if (await ReadSilentlyAsync<ConnectionTuneOk>(aborted) is not { } tuneOk)
            return null;
        int frameMax = AgreeOnFrameMax(tuneOk.FrameMax);
        int channelMax = AgreeOnChannelMax(tuneOk.ChannelMax);
        frames.FrameMax = frameMax;

        if (await _dialogue.ReadMethodAsync<ConnectionOpen>(aborted) is not { } open)
            return null;
        var virtualHost = broker.VirtualHosts.Find(open.VirtualHost)
            ?? throw new AmqpException(ReplyCode.NotAllowed, $"vhost {open.VirtualHost} not found", ConnectionOpen.Id);
        if (options.Connections.MaxConnections > 0 && connections.Count > options.Connections.MaxConnections)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"connection refused: node connection limit ({options.Connections.MaxConnections}) is reached",
                ConnectionOpen.Id);
        if (!user.IsInternal && broker.Permissions.Find(virtualHost.Name, user.Name) is null)
            throw new AmqpException(
                ReplyCode.NotAllowed, $"access to vhost '{virtualHost.Name}' refused for user '{user.Name}'", ConnectionOpen.Id);
        var admission = Admit(user, virtualHost);
        try
        {
            Send(new ConnectionOpenOk());
            logger.ConnectionOpened(peer.Name, user.Name, virtualHost.Name, ClientDescription.Of(startOk.ClientProperties));
            var client = new BrokerClient(broker.Sessions, round)
            {
                User = user,
                VirtualHost = virtualHost,
                Admission = admission,
                Origin = Describe(startOk),
            };
            var opened = new OpenedConnection(client, outbox, connections.ChannelLoggerFor(peer.Address))
            {
                Capabilities = capabilities,
                FrameMax = frameMax,
                ChannelMax = channelMax,
                Heartbeat = tuneOk.Heartbeat,
                DefinitionSync = broker.DefinitionSync,
            };
            broker.Events.ConnectionCreated(opened, peer);
            return opened;
        }
        catch
        {
            admission.Dispose(); // no connection owns the admission yet
            throw;
        }
    }

    private ClientCounts.Admission Admit(User user, VirtualHost virtualHost)
    {
        try
        {
            return broker.Clients.Admit(user.Name, virtualHost);
        }
        catch (BrokerException full)
        {
            throw full.ToAmqp(ConnectionOpen.Id);
        }
    }

    private SessionOrigin Describe(in ConnectionStartOk startOk)
    {
        var properties = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(properties, startOk.ClientProperties);
        return new SessionOrigin(
            peer.Name, peer.Remote.Host, peer.Remote.Port, peer.Local.Host, peer.Local.Port,
            startOk.Mechanism, properties.WrittenSpan[sizeof(uint)..].ToArray(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    /// <summary>
    /// Reads the next method. Returns null if the client has closed its socket or sent anything else. As in RabbitMQ, the error is not
    /// answered.
    /// </summary>
    private async Task<TMethod?> ReadSilentlyAsync<TMethod>(CancellationToken aborted)
        where TMethod : struct, IMethod<TMethod>
    {
        try
        {
            return await _dialogue.ReadMethodAsync<TMethod>(aborted);
        }
        catch (AmqpException error)
        {
            logger.HandshakeFailed(peer.Name, error.ReplyText);
            await DelayAsync(aborted);
            return null;
        }
    }

    /// <summary>Refuses a login. A delay slows down attempts to guess passwords.</summary>
    /// <param name="mechanism">Name of the SASL mechanism, for the reply text.</param>
    /// <param name="isTold">True to answer with connection.close. False to close the socket after a delay.</param>
    /// <param name="mustWait">True to delay the answer even if it is connection.close.</param>
    /// <param name="aborted">Ends the delay.</param>
    private static async Task<OpenedConnection?> RefuseAsync(string mechanism, bool isTold, bool mustWait, CancellationToken aborted)
    {
        if (mustWait || !isTold)
            await DelayAsync(aborted);
        if (isTold)
            throw new AmqpException(
                ReplyCode.AccessRefused,
                $"Login was refused using authentication mechanism {mechanism}. For details see the broker logfile.");
        return null;
    }

    private static async Task DelayAsync(CancellationToken aborted) =>
        await Task.Delay(_refusalDelay, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// Returns the frame size that the client asked for. If the client asked for 0, returns the size that the broker offered.
    /// </summary>
    private int AgreeOnFrameMax(uint asked)
    {
        int offered = options.Connections.FrameMax == 0 ? int.MaxValue : options.Connections.FrameMax;
        if (asked == 0)
            return offered;
        if (asked < Frame.MinSize)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"negotiated frame_max = {asked} is lower than the minimum allowed value ({Frame.MinSize})",
                ConnectionTuneOk.Id);
        if (asked > (uint)offered)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"negotiated frame_max = {asked} is higher than the maximum allowed value ({offered})",
                ConnectionTuneOk.Id);
        return (int)asked;
    }

    private int AgreeOnChannelMax(ushort asked)
    {
        if (options.Connections.ChannelMax == 0)
            return asked == 0 ? MaxChannelNumber : asked;
        if (asked == 0)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"negotiated channel_max = 0 (no limit) is higher than the maximum allowed value ({options.Connections.ChannelMax})",
                ConnectionTuneOk.Id);
        if (asked > options.Connections.ChannelMax)
            throw new AmqpException(
                ReplyCode.NotAllowed,
                $"negotiated channel_max = {asked} is higher than the maximum allowed value ({options.Connections.ChannelMax})",
                ConnectionTuneOk.Id);
        return asked;
    }

    private void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        outbox.Send(0, method, round);
        round.Complete();
    }
}
