using Amqp.Storage.Blocks;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>Result of a recovery, which the store continues to use.</summary>
internal sealed record RecoveredLog(
    BlockSpace Space,
    MessageChunkPool Chunks,
    SegmentIndexes Indexes,
    StretchLoader Loader,
    SegmentSet Segments,
    IReadOnlyList<StoredQueue> Queues,
    RecoveryReport Report);
