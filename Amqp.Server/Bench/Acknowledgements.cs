using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Way of writing a consumer's acknowledgements to its socket.</summary>
internal enum AckWrite
{
    /// <summary>
    /// One write for the acknowledgements of all messages that one read of the socket returned: the lowest cost for a client.
    /// </summary>
    Batch,

    /// <summary>One write for each acknowledgement, as client libraries do.</summary>
    Each,
}

/// <summary>Encodes and buffers the acknowledgements of a consumer. Owned by the consumer's thread.</summary>
internal sealed class Acknowledgements
{
    private const int TagOffset = Frame.HeaderSize + 4;
    private const int FirstRoom = 4096;

    private readonly Send _send;
    private readonly bool _isEachWritten;
    private readonly byte[] _frame; // template; only the tag differs
    private byte[] _waiting = new byte[FirstRoom];
    private int _end;

    /// <summary>Encodes the template of an acknowledgement.</summary>
    /// <param name="isMultiple">True if each acknowledgement covers all messages up to its tag.</param>
    /// <param name="write">Way of writing to the socket.</param>
    /// <param name="send">Writes to the socket.</param>
    public Acknowledgements(bool isMultiple, AckWrite write, Send send)
    {
        _send = send;
        _isEachWritten = write == AckWrite.Each;
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteMethod(1, new BasicAck(0, isMultiple));
        _frame = output.WrittenSpan.ToArray();
    }

    /// <summary>Writes as many bytes as the socket accepts, and returns their number.</summary>
    public delegate int Send(ReadOnlySpan<byte> bytes);

    /// <summary>Encoded acknowledgements that the socket has not accepted yet.</summary>
    public ReadOnlySpan<byte> Waiting => _waiting.AsSpan(0, _end);

    /// <summary>Acknowledges a message: at once, or with the next <see cref="Flush"/>.</summary>
    /// <param name="tag">Delivery tag of the message.</param>
    /// <param name="upTo">True to cover all earlier messages too, even if the template does not.</param>
    public void Add(ulong tag, bool upTo = false)
    {
        bool isFirst = _end == 0;
        if (_waiting.Length - _end < _frame.Length)
            Array.Resize(ref _waiting, _waiting.Length * 2);
        Span<byte> frame = _waiting.AsSpan(_end, _frame.Length);
        _frame.CopyTo(frame);
        BinaryPrimitives.WriteUInt64BigEndian(frame[TagOffset..], tag);
        if (upTo)
            frame[TagOffset + sizeof(ulong)] = 1; // multiple
        _end += _frame.Length;
        // Does not write while earlier acknowledgements are pending: a retry for each message would delay this client's reading, and the
        // broker may stop reading until this client reads.
        if (_isEachWritten && isFirst)
            Flush();
    }

    /// <summary>
    /// Writes as many bytes as the socket accepts, and keeps the rest: the broker may stop reading until this client reads, so a wait for
    /// the whole write might never end.
    /// </summary>
    public void Flush()
    {
        if (_end == 0)
            return;
        int sent = _send(Waiting);
        _waiting.AsSpan(sent, _end - sent).CopyTo(_waiting);
        _end -= sent;
    }
}
