using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Channels;

namespace Amqp.Tests.Support;

/// <summary>Takes the place of an outbox's socket. Accepts each frame without delay and keeps it.</summary>
internal sealed class SentFrames : OutputSink
{
    private readonly List<byte> _octets = [];

    /// <summary>Creates an outbox that sends its frames to this sink. By default, the outbox has no high watermark.</summary>
    public Outbox NewOutbox(long highWatermark = long.MaxValue) => new(this, MemoryPool<byte>.Shared, highWatermark);

    /// <summary>The methods that the outbox has sent, in order and as text.</summary>
    public IReadOnlyList<string> Methods
    {
        get
        {
            var methods = new List<string>();
            var buffer = new ReadOnlySequence<byte>(_octets.ToArray());
            var reader = new FrameReader { FrameMax = int.MaxValue };
            while (reader.TryRead(ref buffer, out var frame))
            {
                if (frame.Type != FrameType.Method)
                    continue;
                var id = MethodId.FromValue(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));
                var arguments = frame.Payload[4..];
                methods.Add(
                    id == BasicAck.Id
                        ? $"{MethodArguments.Read<BasicAck>(arguments)}"
                        : id == BasicNack.Id ? $"{MethodArguments.Read<BasicNack>(arguments)}" : $"{id}");
            }
            return methods;
        }
    }

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets)
    {
        _octets.AddRange(octets.Span);
        return new ValueTask<int>(octets.Length);
    }
}
