using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>Messages in the order of their sequence numbers. Messages are added at the tail and taken from the head.</summary>
/// <remarks>
/// The first chunk has <see cref="FirstChunkLength"/> entries, and is kept when the run becomes empty. Other chunks come from the pool.
/// </remarks>
internal struct MessageRun(MessageChunkPool pool)
{
    public const int FirstChunkLength = 16;

    private MessageChunk? _first; // kept when the run becomes empty, so that a short queue never needs the pool
    private MessageChunk? _head;
    private MessageChunk? _tail;
    private int _headIndex;
    private int _tailIndex;

    public int Count { get; private set; }

    public readonly bool IsEmpty => _head == _tail && _headIndex == _tailIndex;

    /// <summary>The message at the head. Valid only if the run is not empty.</summary>
    public readonly ref readonly StoredMessage Head => ref _head!.Items[_headIndex];

    /// <summary>True if a message with this sequence number can be added at the tail.</summary>
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

    /// <summary>Removes the message at the head. Call only if the run is not empty.</summary>
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

    /// <summary>Moves all messages of another run to the tail. They must follow the messages of this run in order.</summary>
    public void TakeOver(ref MessageRun later)
    {
        for (; !later.IsEmpty; later.RemoveHead())
            Add(later.Head);
    }

    public readonly void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        int from = _headIndex;
        for (MessageChunk? chunk = _head; chunk is not null; chunk = chunk == _tail ? null : chunk.Next)
        {
            foreach (ref readonly StoredMessage message in chunk.Items.AsSpan(from..(chunk == _tail ? _tailIndex : chunk.Items.Length)))
                visitor.Visit(message);
            from = 0;
        }
    }

    /// <summary>Passes the messages to a selection, in order, until the selection is done.</summary>
    public readonly void Select(MessageSelection selection)
    {
        int from = _headIndex;
        for (MessageChunk? chunk = _head; chunk is not null && !selection.IsDone; chunk = chunk == _tail ? null : chunk.Next)
        {
            selection.Pass(chunk.Items.AsSpan(from..(chunk == _tail ? _tailIndex : chunk.Items.Length)));
            from = 0;
        }
    }

    /// <summary>Makes an empty run use its first chunk again. Returns the last used chunk to the pool.</summary>
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
