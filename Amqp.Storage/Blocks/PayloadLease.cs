namespace Amqp.Storage.Blocks;

/// <summary>Keeps the payload of a message in memory until the lease is disposed. Dispose each lease exactly once, on any thread.</summary>
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

    /// <summary>Head and body of the message, one after the other.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>True if the payload was read from disk. False if it has been in memory since the message was appended.</summary>
    public bool WasRead => _block.WasRead;

    public void Dispose() => _space.Change(_block, -BlockState.Pin);
}
