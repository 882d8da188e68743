using System.Runtime.InteropServices;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Messages that a scan has found, with copies of their payloads. Used by one thread at a time.</summary>
internal sealed class ScanBatch
{
    /// <summary>Maximum number of messages.</summary>
    public const int MostMessages = 256;

    /// <summary>Bytes of payload from which the batch is full. A single message may be larger.</summary>
    private const int MostBytes = 1 << 20;

    private readonly List<StoredMessage> _messages = [];
    private readonly List<int> _ends = []; // for each message, the end of its payload in _payloads
    private byte[] _payloads = [];

    public int Count => _messages.Count;

    /// <summary>The messages, in the order of the queue.</summary>
    public ReadOnlySpan<StoredMessage> Messages => CollectionsMarshal.AsSpan(_messages);

    /// <summary>Maximum number of messages that the job still wants.</summary>
    public long Wanted { get; set; } = long.MaxValue;

    /// <summary>True if nothing more may be added now.</summary>
    public bool IsFull => Count >= MostMessages || Count >= Wanted || End >= MostBytes;

    private int End => _ends.Count == 0 ? 0 : _ends[^1];

    /// <summary>Returns head and body of a message.</summary>
    public ReadOnlySpan<byte> Payload(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _payloads.AsSpan(start, _ends[index] - start);
    }

    public void Add(in StoredMessage message, ReadOnlySpan<byte> payload)
    {
        int start = End;
        int end = checked(start + payload.Length);
        if (_payloads.Length < end)
            Array.Resize(ref _payloads, Math.Max(end, (int)Math.Min(2L * _payloads.Length, MostBytes)));
        payload.CopyTo(_payloads.AsSpan(start));
        _messages.Add(message);
        _ends.Add(end);
    }

    /// <summary>Removes all messages. Keeps no memory of a huge message.</summary>
    public void Clear()
    {
        _messages.Clear();
        _ends.Clear();
        if (_payloads.Length > 2 * MostBytes)
            _payloads = [];
    }
}
