using Amqp.Storage.Blocks;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>What the log of the last run holds, ready for a store to go on with.</summary>
internal sealed record RecoveredLog(
    BlockSpace Space,
    MessageChunkPool Chunks,
    SegmentIndexes Indexes,
    StretchLoader Loader,
    SegmentSet Segments,
    IReadOnlyList<StoredQueue> Queues,
    RecoveryReport Report);
