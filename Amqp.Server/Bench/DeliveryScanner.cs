using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Finds messages in the frames of a channel that consumes, looking only at what is needed: delivery tag, size, and the time in the body.</summary>
/// <remarks>Owned by the consumer's thread.</remarks>
internal sealed class DeliveryScanner
{
    private const int TimeSize = sizeof(long);
    private const int TagLengthOffset = 4; // behind class and method: the consumer tag, then the delivery tag
    private const int BodySizeOffset = 4; // behind class and weight

    private static readonly uint _deliver = BasicDeliver.Id.Value;
    private static readonly uint _cancel = BasicCancel.Id.Value;

    private ulong _bodyLeft;
    private bool _isBodyStart;

    /// <summary>The delivery tag of the message taken last.</summary>
    public ulong DeliveryTag { get; private set; }

    /// <summary>The first eight octets of that message's body, which hold when it was due, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>; 0 for a shorter body.</summary>
    public long DueAt { get; private set; }

    /// <summary>Looks at the channel's next frame.</summary>
    /// <returns>Whether a message ends with it.</returns>
    /// <exception cref="LoadException">The broker cancelled the consumer.</exception>
    public bool Take(in Frame frame)
    {
        ReadOnlySpan<byte> payload = frame.Payload;
        switch (frame.Type)
        {
            case FrameType.Body:
                if (_isBodyStart)
                {
                    DueAt = payload.Length >= TimeSize ? BinaryPrimitives.ReadInt64LittleEndian(payload) : 0;
                    _isBodyStart = false;
                }
                _bodyLeft -= (uint)payload.Length;
                return _bodyLeft == 0;
            case FrameType.Header:
                DueAt = 0;
                _isBodyStart = true;
                _bodyLeft = BinaryPrimitives.ReadUInt64BigEndian(payload[BodySizeOffset..]);
                return _bodyLeft == 0;
            case FrameType.Method:
                uint id = BinaryPrimitives.ReadUInt32BigEndian(payload);
                if (id == _deliver)
                    DeliveryTag = BinaryPrimitives.ReadUInt64BigEndian(payload[(TagLengthOffset + 1 + payload[TagLengthOffset])..]);
                else if (id == _cancel)
                    throw new LoadException("the broker cancelled a consumer: its queue is gone");
                return false;
            default:
                return false;
        }
    }
}
