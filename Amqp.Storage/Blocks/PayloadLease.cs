namespace Amqp.Storage.Blocks;

/// <summary>A message's bytes, kept in memory until it is disposed of: exactly once, on any thread.</summary>
public readonly ref struct PayloadLease : IDisposable
{
    private readonly BlockSpace _space;
    private readonly Block _block;

    internal unsafe PayloadLease(BlockSpace space, Block block, int offset, int length)
    {
        _space = space;
        _block = block;
        Payload = new ReadOnlySpan<byte>(block.Memory + offset, length);
    }

    /// <summary>What was appended: head and body, one after the other.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether it was read from the disk, for this message or for one beside it.</summary>
    public bool WasRead => _block.WasRead;

    public void Dispose() => _space.Change(_block, -BlockState.Pin);
}
