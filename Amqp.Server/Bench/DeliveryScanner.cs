using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Finds messages in the frames of a consuming channel. Used only by the consumer's thread.</summary>
/// <remarks>Decodes only the delivery tag, the body size, and the due time at the start of the body.</remarks>
internal sealed class DeliveryScanner
{
    private const int TimeSize = sizeof(long);
    private const int TagLengthOffset = 4; // offset of the consumer tag's length in basic.deliver, after class and method ids
    private const int BodySizeOffset = 4; // offset of the body size in a content header, after class id and weight

    private static readonly uint _deliver = BasicDeliver.Id.Value;
    private static readonly uint _cancel = BasicCancel.Id.Value;

    private ulong _bodyLeft;
    private bool _isBodyStart;

    public ulong DeliveryTag { get; private set; }

    /// <summary>
    /// Due time of the last message, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>; 0 if its body is shorter than eight
    /// octets.
    /// </summary>
    public long DueAt { get; private set; }

    /// <summary>Processes the channel's next frame.</summary>
    /// <returns>True if the frame completes a message.</returns>
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
                    throw new LoadException("the broker cancelled a consumer, because its queue was deleted");
                return false;
            default:
                return false;
        }
    }
}
