using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;

namespace Amqp.Storage.Transient;

/// <summary>Copies payloads of transient messages into blocks in memory. Thread-safe.</summary>
/// <remarks>A store has several writers, so that publishers on different cores seldom wait for each other.</remarks>
internal sealed unsafe class TransientWriter(BlockSpace space, StoreOptions options)
{
    private readonly Lock _lock = new();

    // _lock guards all fields below.
    private Block? _block; // the open block
    private int _used;
    private long _references; // number of messages in the open block; a message counts once for each of its queues
    private bool _closed;

    /// <inheritdoc cref="IMessageStore.Append"/>
    public void Append(ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, Span<StoredMessage> messages)
    {
        int size = checked(head.Length + body.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, RecordHeader.MaxRecord, nameof(body));
        if (size > options.BlockSize)
        {
            AppendAlone(queues, head, body, messages);
            return;
        }
        int block;
        int offset;
        lock (_lock)
        {
            if (_block is null || _block.Capacity - _used < size)
                OpenBlock();
            block = _block!.Number;
            offset = _used;
            Copy(_block.Memory + offset, head, body);
            _used += size;
            _references += queues.Length;
        }
        Place(queues, block, offset, size, messages);
    }

    /// <summary>Rejects further messages.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            CloseBlock();
        }
    }

    /// <summary>Puts a payload that is larger than a block into a block of its own. The open block stays open.</summary>
    private void AppendAlone(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, Span<StoredMessage> messages)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
        int size = head.Length + body.Length;
        Block block = space.Open(size);
        Copy(block.Memory, head, body);
        block.Length = size;
        space.Close(block, queues.Length);
        Place(queues, block.Number, 0, size, messages);
    }

    private static void Copy(byte* target, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        head.CopyTo(new Span<byte>(target, head.Length));
        body.CopyTo(new Span<byte>(target + head.Length, body.Length));
    }

    private static void Place(ReadOnlySpan<StoredQueue> queues, int block, int offset, int size, Span<StoredMessage> messages)
    {
        for (int i = 0; i < queues.Length; i++)
            messages[i] = new StoredMessage(queues[i].Sequences.Next(), block, offset, size, MessageFlags.None);
    }

    private void OpenBlock()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        CloseBlock();
        _block = space.Open(options.BlockSize);
    }

    private void CloseBlock()
    {
        if (_block is null)
            return;
        _block.Length = _used;
        space.Close(_block, _references);
        (_block, _used, _references) = (null, 0, 0);
    }
}
