using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>How a consumer's acknowledgements go to its socket.</summary>
internal enum AckWrite
{
    /// <summary>Those of one read in one write: the least that a client can cost.</summary>
    Batch,

    /// <summary>Each in a write of its own, as client libraries do.</summary>
    Each,
}

/// <summary>The acknowledgements of a consumer on their way to its socket. Owned by the consumer's thread.</summary>
internal sealed class Acknowledgements
{
    private const int TagOffset = Frame.HeaderSize + 4;
    private const int FirstRoom = 4096;

    private readonly Send _send;
    private readonly bool _isEachWritten;
    private readonly byte[] _frame; // all but its tag
    private byte[] _waiting = new byte[FirstRoom];
    private int _end;

    /// <param name="isMultiple">Whether each is for all messages up to its tag.</param>
    /// <param name="write">When they are written.</param>
    /// <param name="send">Writes to the socket.</param>
    public Acknowledgements(bool isMultiple, AckWrite write, Send send)
    {
        _send = send;
        _isEachWritten = write == AckWrite.Each;
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteMethod(1, new BasicAck(0, isMultiple));
        _frame = output.WrittenSpan.ToArray();
    }

    /// <summary>Writes what the socket takes of it, and returns how many bytes that were.</summary>
    public delegate int Send(ReadOnlySpan<byte> bytes);

    /// <summary>What the socket has not taken yet.</summary>
    public ReadOnlySpan<byte> Waiting => _waiting.AsSpan(0, _end);

    /// <summary>Acknowledges a message: at once, or with the next <see cref="Flush"/>.</summary>
    /// <param name="tag">Its delivery tag.</param>
    /// <param name="upTo">Whether also all before it, whatever the others do.</param>
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
        // Behind one that the socket did not take, it waits: to try for each again would hold up the reading, for which the broker may wait.
        if (_isEachWritten && isFirst)
            Flush();
    }

    /// <summary>Writes what the socket takes. The rest waits: a broker that does not read may be waiting for us to do so.</summary>
    public void Flush()
    {
        if (_end == 0)
            return;
        int sent = _send(Waiting);
        _waiting.AsSpan(sent, _end - sent).CopyTo(_waiting);
        _end -= sent;
    }
}
