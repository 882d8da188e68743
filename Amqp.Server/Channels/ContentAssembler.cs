using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Channels;

/// <summary>Assembles a message from its method, header and body frames. Owned by the connection's read loop.</summary>
/// <remarks>
/// The address and the properties are kept in the store's encoding. Memory grows with the received octets, not with the announced size.
/// </remarks>
internal sealed class ContentAssembler(HeldMemory held)
{
    /// <summary>Size in bytes of the largest buffer for <see cref="Head"/> that is kept for the next content.</summary>
    private const int KeptHead = 4 << 10;

    private const string NoHeader = "expected content header for class 60, got non content header frame instead";

    private byte[] _head = [];
    private int _headLength;
    private int _addressLength;
    private byte[] _body = [];
    private int _bodyLength;
    private ulong _bodySize;
    private FrameType _expected = FrameType.Method; // the type of the next frame

    public bool Mandatory { get; private set; }

    public bool Immediate { get; private set; }

    /// <summary>Address and properties of the message. Valid after <see cref="TakeHeader"/>.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    /// <summary>True between basic.publish and the end of its content. The channel may then receive only frames of the content.</summary>
    public bool IsExpectingContent => _expected != FrameType.Method;

    /// <summary>Begins the content of a basic.publish.</summary>
    public void Begin(in PublishAddress address)
    {
        EnsureHead(address.Encoded.Length + 64);
        address.Encoded.CopyTo(_head);
        _addressLength = address.Encoded.Length;
        (Mandatory, Immediate) = (address.Mandatory, address.Immediate);
        _expected = FrameType.Header;
    }

    /// <summary>Begins a content that is to be discarded.</summary>
    public void BeginDiscarded() => _expected = FrameType.Header;

    /// <summary>Adds the header frame.</summary>
    /// <returns>True if the content is complete, because the body is empty and so has no frame.</returns>
    public bool TakeHeader(in ContentHeader header)
    {
        int properties = header.Properties.Length;
        _headLength = EncodedMessage.HeadSize(_addressLength, properties);
        EnsureHead(_headLength);
        EncodedMessage.WriteHead(_head, _head.AsSpan(0, _addressLength), header.Properties);
        (_bodySize, _bodyLength) = (header.BodySize, 0);
        _expected = _bodySize == 0 ? FrameType.Method : FrameType.Body;
        return _bodySize == 0;
    }

    /// <summary>Replaces the property <c>reply-to</c>.</summary>
    public void ReplaceReplyTo(ReadOnlySpan<byte> name)
    {
        var properties = EncodedMessage.Read(Head).Properties;
        byte[] changed = ArrayPool<byte>.Shared.Rent(properties.Length + name.Length);
        int length = EncodedProperties.ReplaceReplyTo(properties, name, changed);
        ReplaceProperties(changed.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(changed);
    }

    /// <summary>Replaces the properties.</summary>
    /// <param name="properties">
    /// Property flags and property list. Must lie outside <see cref="Head"/>, because the head is overwritten.
    /// </param>
    public void ReplaceProperties(ReadOnlySpan<byte> properties)
    {
        _headLength = EncodedMessage.HeadSize(_addressLength, properties.Length);
        EnsureHead(_headLength);
        EncodedMessage.WriteHead(_head, _head.AsSpan(0, _addressLength), properties);
    }

    /// <summary>Demands that a header frame belongs to a publish.</summary>
    /// <exception cref="AmqpException">505, with RabbitMQ's text: the header has another class, or its weight is not 0.</exception>
    public static void DemandHeader(in ContentHeader header)
    {
        if (header.Weight != 0 || header.ClassId != BasicPublish.Id.Class)
            throw Refused(header.Weight, header.ClassId);
    }

    /// <summary>Skips the header frame of a content that is discarded.</summary>
    public void DiscardHeader(in ContentHeader header)
    {
        (_bodySize, _bodyLength) = (header.BodySize, 0);
        _expected = _bodySize == 0 ? FrameType.Method : FrameType.Body;
    }

    /// <summary>Skips a body frame of a content that is discarded.</summary>
    public void DiscardBody(int length)
    {
        _bodySize -= Math.Min((ulong)length, _bodySize);
        if (_bodySize == 0)
            _expected = FrameType.Method;
    }

    /// <summary>Adds a body frame.</summary>
    /// <param name="part">Payload of the frame.</param>
    /// <param name="body">
    /// The whole body if it is complete. Valid until the next call, but only while <paramref name="part"/> is valid.
    /// </param>
    /// <returns>True if the content is complete.</returns>
    /// <exception cref="AmqpException">501: more octets than the header announced.</exception>
    public bool TakeBody(ReadOnlySpan<byte> part, out ReadOnlySpan<byte> body)
    {
        ulong left = _bodySize - (ulong)_bodyLength;
        if ((ulong)part.Length > left)
            throw new AmqpException(ReplyCode.FrameError, "content body is larger than its header says");
        if (_bodyLength == 0 && (ulong)part.Length == left)
        {
            body = part;
            _expected = FrameType.Method;
            return true;
        }
        if (_body.Length < _bodyLength + part.Length)
            GrowBody(_bodyLength + part.Length);
        part.CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += part.Length;
        body = _body.AsSpan(0, _bodyLength);
        if ((ulong)_bodyLength < _bodySize)
            return false;
        _expected = FrameType.Method;
        return true;
    }

    /// <summary>Demands that a frame of this type is allowed now.</summary>
    /// <exception cref="AmqpException">505, with RabbitMQ's text: the frame has another type than expected.</exception>
    public void DemandExpected(FrameType type)
    {
        if (type != _expected)
            throw Unexpected();
    }

    /// <summary>Releases the body's buffer, and a large head buffer. Called after each content.</summary>
    public void Release()
    {
        ReleaseBody();
        if (_head.Length > KeptHead)
            ReleaseHead();
    }

    /// <summary>Releases all memory, when the channel closes.</summary>
    public void Close()
    {
        ReleaseBody();
        ReleaseHead();
    }

    private AmqpException Unexpected()
    {
        string text = _expected switch
        {
            FrameType.Header => NoHeader,
            FrameType.Body => "expected content body, got non content body frame instead",
            _ => "expected method frame, got non method frame instead",
        };
        return new AmqpException(ReplyCode.UnexpectedFrame, text, IsExpectingContent ? BasicPublish.Id : default);
    }

    private static AmqpException Refused(ushort weight, ushort classId)
    {
        string text = weight != 0 ? NoHeader : $"expected content header for class 60, got one for class {classId} instead";
        return new AmqpException(ReplyCode.UnexpectedFrame, text, BasicPublish.Id);
    }

    private void ReleaseHead()
    {
        held.Add(-_head.Length);
        (_head, _headLength) = ([], 0);
    }

    private void ReleaseBody()
    {
        if (_body.Length == 0)
            return;
        held.Add(-_body.Length);
        if (_body.Length <= UnusedHeap.LargeSize)
            ArrayPool<byte>.Shared.Return(_body);
        else
            UnusedHeap.Note(_body.Length); // left to the garbage collector: a pool would never free so large an array
        _body = [];
    }

    /// <summary>Doubles the body's buffer, up to the announced size, so that a large body is copied only a few times.</summary>
    private void GrowBody(int needed)
    {
        int size = (int)Math.Min((long)_bodySize, Math.Max(needed, 2L * _body.Length));
        byte[] larger = size <= UnusedHeap.LargeSize ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
        _body.AsSpan(0, _bodyLength).CopyTo(larger);
        ReleaseBody();
        _body = larger;
        held.Add(larger.Length);
    }

    private void EnsureHead(int size)
    {
        if (_head.Length >= size)
            return;
        int before = _head.Length;
        Array.Resize(ref _head, Math.Max(size, 2 * before));
        held.Add(_head.Length - before);
    }
}
