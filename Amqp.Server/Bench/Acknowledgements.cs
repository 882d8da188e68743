using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>The moments at which a consumer writes its acknowledgements to the socket.</summary>
internal enum AckWrite
{
    /// <summary>One write after each read from the socket, with the acknowledgements of all messages that were read.</summary>
    Batch,

    /// <summary>One write for each acknowledgement, as client libraries do.</summary>
    Each,
}

/// <summary>Buffers and sends the acknowledgements of a consumer. Used only by the consumer's thread.</summary>
internal sealed class Acknowledgements
{
    private const int TagOffset = Frame.HeaderSize + 4;
    private const int FirstRoom = 4096;

    private readonly Send _send;
    private readonly bool _isEachWritten;
    private readonly byte[] _frame; // an encoded basic.ack; each acknowledgement is a copy with its own delivery tag
    private byte[] _waiting = new byte[FirstRoom];
    private int _end;

    /// <summary>Creates an empty list of acknowledgements.</summary>
    /// <param name="isMultiple">True if each acknowledgement covers all messages up to its tag.</param>
    /// <param name="write">The moments at which acknowledgements are written to the socket.</param>
    /// <param name="send">Sends bytes to the socket.</param>
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

    /// <summary>Acknowledges a message at once, or with the next <see cref="Flush"/>.</summary>
    /// <param name="tag">Delivery tag of the message.</param>
    /// <param name="upTo">True to acknowledge all earlier messages, too.</param>
    public void Add(ulong tag, bool upTo = false)
    {
        bool isFirst = _end == 0;
        if (_waiting.Length - _end < _frame.Length)
            Array.Resize(ref _waiting, _waiting.Length * 2);
        Span<byte> frame = _waiting.AsSpan(_end, _frame.Length);
        _frame.CopyTo(frame);
        BinaryPrimitives.WriteUInt64BigEndian(frame[TagOffset..], tag);
        if (upTo)
            frame[TagOffset + sizeof(ulong)] = 1; // the bit for "multiple"
        _end += _frame.Length;
        // Pending acknowledgements mean that the socket was full. Flushing for each message would then slow down the reading.
        if (_isEachWritten && isFirst)
            Flush();
    }

    /// <summary>
    /// Writes as many bytes as the socket accepts. The other bytes stay pending. This method must not wait until all are written: the
    /// broker may itself wait until this client reads.
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
