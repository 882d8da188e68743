using System.Buffers.Binary;
using System.IO.Pipelines;
using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>Runs the client's side of the handshake (spec 2.2.4). Used once.</summary>
internal sealed class ClientHandshake(PipeReader input, FrameReader frames, ClientOutput output, ClientLogin login)
{
    /// <summary>Largest frame in bytes that the client accepts. The value is RabbitMQ's default.</summary>
    public const int FrameMax = 131_072;

    /// <summary>The properties of the other broker.</summary>
    public FieldTable ServerProperties { get; private set; } = FieldTable.Empty;

    /// <returns>The negotiated values.</returns>
    /// <exception cref="ClientException">The login was refused, or the other side does not speak AMQP 0-9-1.</exception>
    /// <exception cref="AmqpException">The other side sent a malformed frame.</exception>
    public async Task<ConnectionTuneOk> RunAsync(CancellationToken cancellation)
    {
        output.WriteRaw(ProtocolHeader.Amqp091);
        ServerProperties = (await ReadAsync<ConnectionStart>(cancellation)).ServerProperties;
        Send(new ConnectionStartOk(login.Properties, login.Mechanism, login.Response, "en_US"));
        var tune = await ReadAsync<ConnectionTune>(cancellation);
        uint frameMax = tune.FrameMax == 0 ? FrameMax : Math.Min(FrameMax, tune.FrameMax);
        ushort heartbeat = (ushort)(login.Heartbeat is { } asked ? Math.Min(asked, ushort.MaxValue) : tune.Heartbeat);
        var tuned = new ConnectionTuneOk(tune.ChannelMax, frameMax, heartbeat);
        Send(tuned);
        Send(new ConnectionOpen(login.VirtualHost));
        await ReadAsync<ConnectionOpenOk>(cancellation);
        return tuned;
    }

    private void Send<TMethod>(in TMethod method)
        where TMethod : struct, IMethod<TMethod> =>
        output.Write(method, static (writer, method) => writer.WriteMethod(0, method));

    private async Task<TMethod> ReadAsync<TMethod>(CancellationToken cancellation)
        where TMethod : struct, IMethod<TMethod>
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync(cancellation);
            }
            catch (IOException error)
            {
                throw new ClientException(error.Message, cause: error);
            }
            var buffer = result.Buffer;
            if (buffer.FirstSpan.StartsWith("AMQP"u8))
                throw new ClientException("the broker does not support AMQP 0-9-1");
            TMethod? method = null;
            while (method is null && frames.TryRead(ref buffer, out var frame))
                method = Read<TMethod>(frame);
            input.AdvanceTo(buffer.Start, method is null ? buffer.End : buffer.Start);
            if (method is { } read)
                return read;
            if (result.IsCompleted)
                throw new ClientException("the broker closed the connection during the handshake");
        }
    }

    private static TMethod? Read<TMethod>(in Frame frame)
        where TMethod : struct, IMethod<TMethod>
    {
        if (frame.Type == FrameType.Heartbeat)
            return null;
        var id = frame.Type == FrameType.Method ? MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload)) : default;
        if (id == ConnectionClose.Id && MethodArguments.Read<ConnectionClose>(frame.Payload[4..]) is var close)
            throw new ClientException(close.ReplyText, (ReplyCode)close.ReplyCode);
        return id == TMethod.Id
            ? MethodArguments.Read<TMethod>(frame.Payload[4..])
            : throw new ClientException($"the broker sent {id} during the handshake");
    }
}
