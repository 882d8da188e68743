using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>Messages in ascending order of sequence, added behind and taken in front. Owned by its <see cref="StoredQueue"/>.</summary>
/// <remarks>
/// A queue that never held a message has no memory here; an empty one has a first chunk of <see cref="FirstChunkLength"/> entries;
/// the rest is pooled.
/// </remarks>
internal struct MessageRun(MessageChunkPool pool)
{
    public const int FirstChunkLength = 16;

    private MessageChunk? _first; // kept while the run is empty, so that a shallow queue never asks the pool
    private MessageChunk? _head;
    private MessageChunk? _tail;
    private int _headIndex;
    private int _tailIndex;

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>True when nothing is in it.</summary>
    public readonly bool IsEmpty => _head == _tail && _headIndex == _tailIndex;

    /// <summary>The message in front; only when not empty.</summary>
    public readonly ref readonly StoredMessage Head => ref _head!.Items[_headIndex];

    /// <summary>True when a message with this sequence keeps the order if added.</summary>
    public readonly bool TakesInOrder(long sequence) => IsEmpty || sequence > _tail!.Items[_tailIndex - 1].Sequence;

    public void Add(in StoredMessage message)
    {
        if (_tail is null)
            _head = _tail = _first ??= new MessageChunk(FirstChunkLength);
        else if (_tailIndex == _tail.Items.Length)
            (_tail, _tailIndex) = (_tail.Next = pool.Rent(), 0);
        _tail.Items[_tailIndex++] = message;
        Count++;
    }

    /// <summary>Drops the message in front; only when not empty.</summary>
    public void RemoveHead()
    {
        _headIndex++;
        Count--;
        if (_head == _tail)
        {
            if (_headIndex == _tailIndex)
                Rewind();
        }
        else if (_headIndex == _head!.Items.Length)
        {
            MessageChunk used = _head;
            (_head, _headIndex) = (used.Next, 0);
            GiveBack(used);
        }
    }

    /// <summary>Shows every message.</summary>
    public readonly void Show<TLook>(ref TLook look)
        where TLook : struct, IMessageLook
    {
        int from = _headIndex;
        for (MessageChunk? chunk = _head; chunk is not null; chunk = chunk == _tail ? null : chunk.Next)
        {
            foreach (ref readonly StoredMessage message in chunk.Items.AsSpan(from..(chunk == _tail ? _tailIndex : chunk.Items.Length)))
                look.At(message);
            from = 0;
        }
    }

    /// <summary>Starts over with the first chunk, so that an idle queue keeps no pooled one.</summary>
    private void Rewind()
    {
        GiveBack(_head!);
        _head = _tail = _first;
        _headIndex = _tailIndex = 0;
    }

    private readonly void GiveBack(MessageChunk chunk)
    {
        chunk.Next = null;
        if (chunk != _first)
            pool.Return(chunk);
    }
}
