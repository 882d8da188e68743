using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Connections;

/// <summary>Reads the methods of the handshake one by one. Octets after a method stay in the input.</summary>
internal sealed class HandshakeFrames(PipeReader input, FrameReader frames, ConnectionCounts counts)
{
    /// <summary>
    /// Reads the protocol header, which has eight octets. Returns null if the peer closes the connection before all eight have arrived.
    /// </summary>
    public async Task<byte[]?> ReadProtocolHeaderAsync(CancellationToken aborted)
    {
        var result = await input.ReadAtLeastAsync(ProtocolHeader.Size, aborted);
        if (result.Buffer.Length < ProtocolHeader.Size)
        {
            // The peer has sent no whole header: for example, a health check that only connects to the port.
            input.AdvanceTo(result.Buffer.End);
            return null;
        }
        var header = result.Buffer.Slice(0, ProtocolHeader.Size);
        byte[] octets = header.ToArray();
        input.AdvanceTo(header.End);
        counts.NoteReceived(ProtocolHeader.Size);
        return octets;
    }

    /// <summary>Reads the next method and skips heartbeats. Returns null if the peer closes the connection.</summary>
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
                input.AdvanceTo(buffer.Start); // the next octets may be the answer to the broker's connection.close
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
