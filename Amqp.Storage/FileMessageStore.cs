using System.Runtime.CompilerServices;
using Amqp.Storage.Blocks;
using Amqp.Storage.Catalog;
using Amqp.Storage.Commits;
using Amqp.Storage.Compaction;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Housekeeping;
using Amqp.Storage.Log;
using Amqp.Storage.Messages;
using Amqp.Storage.Paging;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;
using Amqp.Storage.Transient;

namespace Amqp.Storage;

/// <summary>The store in a <see cref="DataDirectory"/>.</summary>
/// <remarks>Persistent messages of durable queues are in one log. All other messages are transient: in memory or in page files.</remarks>
public sealed class FileMessageStore : IMessageStore
{
    private readonly BlockSpace _space;
    private readonly LogWriter _log;
    private readonly Committer _committer;
    private readonly Housekeeper _housekeeper;
    private readonly BackgroundFailures _failures;
    private readonly PageFolder _pages;
    private readonly StretchLoader _loader;
    private readonly TransientMessages _transient;
    private readonly MessageChunkPool _chunks;
    private readonly DurableQueues _durable;

    /// <summary>Takes over the recovered messages, and starts the committer and the housekeeper.</summary>
    internal FileMessageStore(
        RecoveredLog recovered,
        PageFolder pages,
        IStoreFiles files,
        FileCatalog catalog,
        CommitSignal signal,
        DiskReserve reserve,
        StoreOptions options)
    {
        SegmentSet segments = recovered.Segments;
        (_space, _chunks, _loader, _pages) = (recovered.Space, recovered.Chunks, recovered.Loader, pages);
        _durable = new DurableQueues(recovered.Queues);
        _transient = new TransientMessages(_space, options);
        _failures = new BackgroundFailures(options.BackgroundRetryDelay);
        var progress = new CommitProgress(signal);
        _log = new LogWriter(_space, segments, signal, progress, options);

        var compacted = new CompactedSegments(signal);
        var fold = new AcknowledgementFold(files, recovered.Indexes, options, segments.Directory);
        var compactor = new SegmentCompactor(files, recovered.Indexes, segments, _space, options, _durable, compacted);
        _housekeeper = new Housekeeper(recovered.Indexes, fold, compactor, segments.Reports, _space, options, _durable, _failures);
        _ = new Pager(_space, pages, options, _housekeeper.Do, _failures);
        _failures.Retry = _housekeeper.Retry;
        catalog.RewriteRequested = () => _housekeeper.Do(catalog.Rewrite);

        var disk = new DiskSpace(reserve);
        var writer = new SegmentWriter(files, segments.Directory, options.SegmentSize, disk, _housekeeper.Index);
        var output = new LogOutput(_log, writer, _space, catalog, progress, options);
        var sweep = new SegmentSweep(files, segments, writer, _housekeeper, _failures);
        var replacement = new SegmentReplacement(files, recovered.Indexes.Layout, _space, compacted, segments.Directory, _failures);
        var work = new CommitWork(_log, output, progress, disk, segments.Reports, sweep, replacement, _durable);
        _committer = new Committer(_log, output, progress, signal, disk, work, _housekeeper, options);
        _housekeeper.Start();
        _committer.Start();
    }

    /// <inheritdoc/>
    public event Action? Committed
    {
        add => _committer.Committed += value;
        remove => _committer.Committed -= value;
    }

    /// <inheritdoc/>
    public event Action<BackgroundWork, Exception>? BackgroundWorkFailed
    {
        add => _failures.Reported += value;
        remove => _failures.Reported -= value;
    }

    /// <inheritdoc/>
    public long DurablePosition => _committer.DurablePosition;

    /// <inheritdoc/>
    public long AppendedPosition => _log.Position;

    /// <inheritdoc/>
    public StoreFailedException? Failure => _committer.Failure;

    /// <inheritdoc/>
    public bool IsFull => _committer.IsFull;

    /// <inheritdoc/>
    public bool IsBehind => _committer.IsBehind;

    /// <inheritdoc/>
    public long MemoryInUse => _space.MemoryInUse;

    /// <inheritdoc/>
    public StoreCounts Counts => new(_log.Messages, _space.Reads, _chunks.BytesInUse);

    /// <inheritdoc/>
    public bool ArePayloadsInMemory => _space.IsAllInMemory;

    /// <inheritdoc/>
    public StoredExcerpts Excerpts => new(_space);

    /// <inheritdoc/>
    public StoredQueue OpenQueue(uint number, bool durable)
    {
        if (!durable)
            return new StoredQueue(number, isDurable: false, _chunks);
        if (_durable.TryOpen(number, out StoredQueue? queue))
            return queue;
        queue = new StoredQueue(number, isDurable: true, _chunks, new DeepMessages(_loader, _chunks, number));
        _durable.Add(queue);
        return queue;
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void DeleteQueue(StoredQueue queue)
    {
        queue.IsDeleted = true;
        _durable.Remove(queue);
        // The deletion is not written to the log. The next start discards the messages of every queue that does not exist.
        var settled = new SettleBatch(_space, _log, queue, stackalloc SequenceRange[SettleBatch.Ranges]);
        settled.AddAside();
        settled.AddReady();
        settled.End();
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public int Purge(StoredQueue queue)
    {
        var settled = new SettleBatch(_space, _log, queue, stackalloc SequenceRange[SettleBatch.Ranges]);
        int count = settled.AddReady();
        settled.End();
        return count;
    }

    /// <inheritdoc/>
    public long Append(
        ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool persistent, Span<StoredMessage> messages)
    {
        int durable = 0;
        if (persistent)
        {
            foreach (StoredQueue queue in queues)
                durable += queue.IsDurable ? 1 : 0;
        }
        if (durable > 0)
            return _log.AppendMessage(queues, durable, head, body, messages);
        _transient.Append(queues, head, body, messages);
        return 0;
    }

    /// <inheritdoc/>
    public PayloadLease Read(scoped in StoredMessage message) => _space.Read(message);

    /// <inheritdoc/>
    public bool IsInMemory(in StoredMessage message) => _space[message.Block].State.IsResidentNow;

    /// <inheritdoc/>
    public bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload) => _space.TryReadInMemory(message, out payload);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Settle(StoredQueue queue, ReadOnlySpan<StoredMessage> messages, bool isBound = false)
    {
        var settled = new SettleBatch(_space, _log, queue, stackalloc SequenceRange[SettleBatch.Ranges])
        {
            BoundTo = isBound ? _log.Position : 0
        };
        foreach (ref readonly StoredMessage message in messages)
            settled.Add(message);
        settled.End();
    }

    /// <inheritdoc/>
    public void NoteDelivered(StoredQueue queue, in StoredMessage last)
    {
        // No record is needed if the previous record already covers all persistent messages of the queue.
        if (queue.IsDurable
            && !queue.IsDeleted
            && last.Sequence > queue.Delivered.UpTo
            && queue.Sequences.LastPersistent > queue.Delivered.UpTo)
            _log.AppendDelivered(queue, last.Sequence);
    }

    /// <inheritdoc/>
    public void RequestCommit(long position) => _committer.RequestCommit(position);

    /// <inheritdoc/>
    public void CommitHere(long position) => _committer.CommitHere(position);

    /// <inheritdoc/>
    public void RequestTrim() => _housekeeper.Trim();

    /// <inheritdoc/>
    public Task WaitForRoomAsync(CancellationToken cancellation = default) => _committer.WaitForRoomAsync(cancellation);

    /// <inheritdoc/>
    public Task WaitForCommitAsync(long position, CancellationToken cancellation = default) =>
        _committer.WaitForCommitAsync(position, cancellation);

    /// <summary>Completes when the housekeeper has done all work queued so far.</summary>
    internal Task WhenIdleAsync() => _housekeeper.WhenIdleAsync();

    /// <summary>Makes everything appended durable, and ends the store's threads. Call after the last read and the last append.</summary>
    public async ValueTask DisposeAsync()
    {
        _transient.Close();
        await _committer.DisposeAsync().ConfigureAwait(false);
        await _housekeeper.DisposeAsync().ConfigureAwait(false);
        _space.Dispose();
        _pages.Close();
    }
}
