using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Messages that are encoded once and published many times. Used only by the producer's thread.</summary>
/// <remarks>Before a message is published again, only its due time and its queue are overwritten.</remarks>
internal sealed class PublishBatch
{
    private const int BatchBytes = 64 * 1024; // as much as a socket buffer accepts at once
    private const int MostMessages = 1024;

    // A second encoding of the message has this character in place of each digit of the queue's index. Both encodings are equal up to the
    // first digit.
    private const char Placeholder = '~';

    private readonly byte[] _bytes;
    private readonly int _messageSize;
    private readonly int _timeOffset = -1; // offset of the due time in a message; -1 if the body is too short for a due time
    private readonly int _selectorOffset = -1; // offset of the digits that select the queue; -1 if every message goes to the same queues
    private readonly byte[][] _selectors;

    /// <summary>Encodes the messages of the batch, in frames of at most <paramref name="frameMax"/> bytes.</summary>
    public PublishBatch(Workload load, LoadTopology topology, int frameMax)
    {
        bool isForOne = load.Queues == 1 || load.Exchange == ExchangeKind.Fanout;
        string selector = topology.SelectorOf(0);
        byte[] message = Encode(load, topology, selector, frameMax, out int bodyOffset);
        _messageSize = message.Length;
        if (load.Size >= sizeof(long))
            _timeOffset = bodyOffset + Frame.HeaderSize;
        if (!isForOne)
            _selectorOffset = message.AsSpan()
                .CommonPrefixLength(Encode(load, topology, new string(Placeholder, selector.Length), frameMax, out _));
        _selectors = isForOne
            ? []
            : [.. Enumerable.Range(0, load.Queues).Select(queue => Encoding.ASCII.GetBytes(topology.SelectorOf(queue)))];

        Capacity = Math.Clamp(BatchBytes / _messageSize, 1, MostMessages);
        _bytes = new byte[Capacity * _messageSize];
        for (int i = 0; i < Capacity; i++)
            message.CopyTo(_bytes, i * _messageSize);
    }

    public int Capacity { get; }

    /// <summary>Overwrites the due time and the queue of one message in the batch.</summary>
    /// <param name="index">Index of the message, below <see cref="Capacity"/>.</param>
    /// <param name="dueAt">Due time, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
    /// <param name="queue">Index of the queue, from 0.</param>
    public void Prepare(int index, long dueAt, int queue)
    {
        Span<byte> message = _bytes.AsSpan(index * _messageSize, _messageSize);
        if (_timeOffset >= 0)
            BinaryPrimitives.WriteInt64LittleEndian(message[_timeOffset..], dueAt);
        if (_selectorOffset >= 0)
            _selectors[queue].CopyTo(message[_selectorOffset..]);
    }

    /// <summary>Returns the encoded bytes of the first <paramref name="count"/> messages.</summary>
    public ReadOnlySpan<byte> First(int count) => _bytes.AsSpan(0, count * _messageSize);

    private static byte[] Encode(Workload load, LoadTopology topology, string selector, int frameMax, out int bodyOffset)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new FrameWriter(output);
        int method = writer.WriteMethod(
            1, new BasicPublish(topology.Exchange, topology.RoutingKeyOf(selector), Mandatory: false, Immediate: false));
        var properties = new ArrayBufferWriter<byte>();
        new BasicProperties { DeliveryMode = (byte)(load.IsPersistent ? 2 : 1), Headers = topology.HeadersOf(selector) }.Write(properties);
        writer.WriteContent(1, properties.WrittenSpan, new byte[load.Size], frameMax);
        bodyOffset = method + ContentFrames.SizeOf(properties.WrittenCount, 0, frameMax);
        return output.WrittenSpan.ToArray();
    }
}
