using Amqp.Storage.Blocks;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>The parts of a log that a store takes over after recovery.</summary>
internal sealed record RecoveredLog(
    BlockSpace Space,
    MessageChunkPool Chunks,
    SegmentIndexes Indexes,
    StretchLoader Loader,
    SegmentSet Segments,
    IReadOnlyList<StoredQueue> Queues,
    RecoveryReport Report);
