using System.Collections.Concurrent;
using Amqp.Storage.Blocks;
using Amqp.Storage.Compaction;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Housekeeping;

/// <summary>
/// The store's thread for work that no commit waits for: indexes, compaction, and page files. Also removes queue entries from memory.
/// </summary>
/// <remarks>
/// If the work fails, no message is lost. The store reports the failure and retries the work, at the latest at its next start.
/// </remarks>
internal sealed class Housekeeper : IAsyncDisposable
{
    // When queue entries are removed from memory, at most this many entries stay in memory at the front of each queue.
    private const int MaxWindow = 4096;

    private readonly SegmentIndexes _indexes;
    private readonly AcknowledgementFold _fold;
    private readonly SegmentCompactor _compactor;
    private readonly SegmentReports _reports;
    private readonly BlockSpace _space;
    private readonly StoreOptions _options;
    private readonly DurableQueues _durableQueues;
    private readonly BackgroundFailures _failures;
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Segment> _unindexed = []; // used by the housekeeper's thread only
    // true if compaction waits until the open segment is sealed and has an index; used by the housekeeper's thread only
    private bool _awaitsSettles;
    private volatile bool _stopping;

    public Housekeeper(
        SegmentIndexes indexes, AcknowledgementFold fold, SegmentCompactor compactor, SegmentReports reports, BlockSpace space,
        StoreOptions options, DurableQueues durableQueues, BackgroundFailures failures)
    {
        (_failures, _indexes, _fold, _compactor, _reports, _space, _options, _durableQueues) = (
            failures, indexes, fold, compactor, reports, space, options, durableQueues);
    }

    public void Start()
    {
        Do(() => Compact(isIdle: false)); // segments may be mostly dead since the last run of the broker
        new Thread(Run) { IsBackground = true, Name = "Housekeeper" }.Start();
    }

    /// <summary>Writes the index of a closed segment. All records of the segment are already written and synced.</summary>
    public void Index(Segment segment) => Do(() =>
    {
        _unindexed.Add(segment);
        CreateIndexes();
        Spill();
        Compact(isIdle: _awaitsSettles);
        _awaitsSettles = false;
    });

    /// <summary>Retries failed work of this class and of the committer.</summary>
    public void Retry() => Do(() =>
    {
        if (CreateIndexes())
            Spill();
        Compact(isIdle: false);
        _reports.RequestSweep();
    });

    /// <summary>Removes entries of queues from memory, if there are too many.</summary>
    public void Trim() => Do(Spill);

    /// <summary>Copies the settle records of a dead segment to older segments.</summary>
    public void Fold(Segment segment, Segment[] targets) => Do(() =>
    {
        bool isFolded = false;
        Exception? failure = null;
        try
        {
            isFolded = _fold.Fold(segment, targets);
        }
        catch (Exception cause) when (BackgroundFailures.Is(cause))
        {
            failure = cause;
        }
        // Cleared before the report, because the report causes a retry, and the retry may request the same work again.
        segment.IsBeingFolded = false;
        if (failure is not null)
            _failures.Report(BackgroundWork.Folding, failure);
        if (failure is IOException error && DiskFull.Is(error))
            _reports.ReportLackOfSpace();
        if (!isFolded)
            return;
        _reports.RequestSweep();
        _compactor.Reconsider(targets);
        Compact(isIdle: false);
    });

    /// <summary>Compacts segments while the store is idle. Includes segments whose last compaction gained too little space.</summary>
    public void CompactWhileIdle() => Do(() =>
    {
        Compact(isIdle: true);
        _awaitsSettles = _compactor.AwaitsSettles;
        if (_awaitsSettles)
            _reports.RequestSeal();
    });

    /// <summary>Queues work for the housekeeper's thread. Work that has not begun when the store closes is discarded.</summary>
    /// <param name="work">Short work that handles its own I/O errors.</param>
    public void Do(Action work)
    {
        if (_stopping)
            return;
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException) when (_stopping)
        {
            // The store is being closed, and the queue has just rejected the work.
        }
    }

    /// <summary>Completes when all work queued so far is done.</summary>
    public Task WhenIdleAsync()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(idle.SetResult);
        return idle.Task;
    }

    /// <summary>Ends the thread after its current work. Queued work is discarded. The next start of the store does that work.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        try
        {
            foreach (Action work in _work.GetConsumingEnumerable())
            {
                if (_stopping)
                    break;
                Contain(work);
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>Runs work. If the work throws an unexpected exception, reports the exception and returns.</summary>
    private void Contain(Action work)
    {
        try
        {
            work();
        }
        catch (Exception failure)
        {
            _failures.Report(BackgroundWork.Housekeeping, failure);
        }
    }

    private void Compact(bool isIdle)
    {
        try
        {
            _compactor.Run(isIdle, () => _stopping);
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure))
        {
            _failures.Report(BackgroundWork.Compacting, failure);
        }
    }

    /// <summary>Writes the missing indexes, newest segment first. Stops at the first failure.</summary>
    /// <returns>True if an index was written.</returns>
    private bool CreateIndexes()
    {
        bool any = false;
        while (_unindexed.Count > 0)
        {
            Segment segment = _unindexed[^1];
            _unindexed.RemoveAt(_unindexed.Count - 1);
            try
            {
                _indexes.Create(segment);
                any = true;
            }
            catch (Exception failure) when (BackgroundFailures.Is(failure) && segment.IsDead)
            {
                // Ignored: the segment may have been deleted in the meantime.
            }
            catch (Exception failure) when (BackgroundFailures.Is(failure))
            {
                // no retry after damage: a retry would find the same damage, and the next start reports the lost records
                if (failure is not InvalidDataException)
                    _unindexed.Insert(0, segment);
                _failures.Report(BackgroundWork.Indexing, failure);
                return any;
            }
        }
        return any;
    }

    private void Spill()
    {
        StoredQueue[] queues = [.. _durableQueues.All.Where(queue => queue.CountInMemory > 0)];
        if (queues.Sum(queue => queue.CountInMemory) <= _options.MaxMessagesInMemory)
            return;
        int keep = (int)Math.Min(MaxWindow, _options.MaxMessagesInMemory / 2 / queues.Length);
        foreach (StoredQueue queue in queues)
        {
            if (queue.CountInMemory > keep)
                queue.Spill(keep, _space);
        }
    }
}
