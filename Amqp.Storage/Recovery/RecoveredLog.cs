namespace Amqp.Storage;

/// <summary>What the log of the last run holds, ready for a store to go on with.</summary>
internal sealed record RecoveredLog(
    BlockSpace Space,
    MessageChunkPool Chunks,
    SegmentIndexes Indexes,
    StretchLoader Loader,
    SegmentSet Segments,
    IReadOnlyList<StoredQueue> Queues,
    RecoveryReport Report);
