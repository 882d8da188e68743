using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Connections;

/// <summary>Reads the handshake one method at a time. The octets after a method are left for the next read.</summary>
internal sealed class HandshakeFrames(PipeReader input, FrameReader frames, ConnectionCounts counts)
{
    /// <summary>Reads the first eight octets. Returns null if the peer closes the connection before eight octets have arrived.</summary>
    public async Task<byte[]?> ReadProtocolHeaderAsync(CancellationToken aborted)
    {
        var result = await input.ReadAtLeastAsync(ProtocolHeader.Size, aborted);
        if (result.Buffer.Length < ProtocolHeader.Size)
        {
            // A peer that closes the connection before it has sent a header only probes the port.
            input.AdvanceTo(result.Buffer.End);
            return null;
        }
        var header = result.Buffer.Slice(0, ProtocolHeader.Size);
        byte[] octets = header.ToArray();
        input.AdvanceTo(header.End);
        counts.NoteReceived(ProtocolHeader.Size);
        return octets;
    }

    /// <summary>Reads a method, and skips heartbeats before it. Returns null if the peer closes the connection first.</summary>
    /// <exception cref="AmqpException">504: the peer sent another method. 501, 505: the frame is no method frame.</exception>
    public async Task<TMethod?> ReadMethodAsync<TMethod>(CancellationToken aborted)
        where TMethod : struct, IMethod<TMethod>
    {
        while (true)
        {
            var result = await input.ReadAsync(aborted);
            var buffer = result.Buffer;
            TMethod? method = null;
            try
            {
                while (method is null && frames.TryRead(ref buffer, out var frame))
                    method = Read<TMethod>(frame);
            }
            catch
            {
                input.AdvanceTo(buffer.Start); // the rest may hold the answer to the broker's connection.close
                throw;
            }
            counts.NoteReceived(result.Buffer.Length - buffer.Length);
            input.AdvanceTo(buffer.Start, method is null ? buffer.End : buffer.Start);
            if (method is not null || result.IsCompleted || result.IsCanceled)
                return method;
        }
    }

    private static TMethod? Read<TMethod>(in Frame frame)
        where TMethod : struct, IMethod<TMethod>
    {
        if (frame.Type == FrameType.Heartbeat && frame.Channel == 0)
            return null;
        if (frame.Type != FrameType.Method || frame.Channel != 0)
            throw new AmqpException(ReplyCode.UnexpectedFrame, $"type {(byte)frame.Type}, {Octets.Describe(frame.Payload)}");
        var id = MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));
        if (id != TMethod.Id)
            throw new AmqpException(ReplyCode.ChannelError, "unexpected method in connection state opening", id);
        return MethodArguments.Read<TMethod>(frame.Payload[4..]);
    }
}
