namespace Amqp.Storage.Blocks;

/// <summary>Blocks by number. Looking up takes no lock; numbers and block objects are used again.</summary>
internal sealed class BlockTable
{
    private const int PageBits = 10;
    private const int PageLength = 1 << PageBits;

    private readonly Lock _gate = new();
    private readonly Stack<Block> _spare = new(); // blocks with a number, between two uses; owned by _gate
    private int _count; // numbers given out so far; owned by _gate
    private volatile Block[][] _pages = []; // replaced under _gate; an entry stays for good, so the stalest view finds it

    /// <summary>The block with a number that was given out.</summary>
    public Block this[int number] => _pages[number >> PageBits][number & (PageLength - 1)];

    /// <summary>Every block there ever was, spare ones too.</summary>
    public IReadOnlyList<Block> All
    {
        get
        {
            lock (_gate)
                return [.. _pages.SelectMany(page => page).Take(_count)];
        }
    }

    public Block Rent()
    {
        lock (_gate)
        {
            if (_spare.TryPop(out Block? block))
                return block;
            if (_count >> PageBits == _pages.Length)
                _pages = [.. _pages, new Block[PageLength]];
            block = new Block { Number = _count };
            _pages[_count >> PageBits][_count & (PageLength - 1)] = block;
            _count++;
            return block;
        }
    }

    public void Return(Block block)
    {
        lock (_gate)
            _spare.Push(block);
    }
}
