namespace Amqp.Storage.Blocks;

/// <summary>All blocks of a store, found by number. A look-up takes no lock. Numbers and block objects are reused.</summary>
internal sealed class BlockTable
{
    private const int PageBits = 10;
    private const int PageLength = 1 << PageBits;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _spare = new(); // retired blocks, which keep their numbers for reuse; guarded by _lock
    private int _count; // count of assigned numbers; guarded by _lock
    private volatile Block[][] _pages = []; // replaced under _lock by a longer array when the table grows

    /// <summary>Returns the block with this number. The number must have been assigned.</summary>
    public Block this[int number] => _pages[number >> PageBits][number & (PageLength - 1)];

    /// <summary>All blocks, retired ones included.</summary>
    public IReadOnlyList<Block> All
    {
        get
        {
            lock (_lock)
                return [.. _pages.SelectMany(page => page).Take(_count)];
        }
    }

    public Block Rent()
    {
        lock (_lock)
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
        lock (_lock)
            _spare.Push(block);
    }
}
