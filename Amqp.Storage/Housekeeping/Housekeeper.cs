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
/// The thread for work that no commit waits for: writes indexes, spills
/// messages, folds and compacts segments, pages out transient messages.
/// </summary>
/// <remarks>
/// The safety of messages does not depend on this work. A failure is reported and retried, at the latest by the next start.
/// </remarks>
internal sealed class Housekeeper : IAsyncDisposable
{
    // Maximum number of messages at the head of a queue that stay in memory when its messages are spilled.
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
    private readonly List<Segment> _unindexed = []; // owned by the thread
    private bool _awaitsSettles; // true if compaction needs settles of the open segment, whose seal was requested; owned by the thread
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
        Do(() => Compact(isIdle: false)); // segments of the last run
        new Thread(Run) { IsBackground = true, Name = "Housekeeper" }.Start();
    }

    /// <summary>Writes the index of a segment that is sealed, written and synced.</summary>
    public void Index(Segment segment) => Do(() =>
    {
        _unindexed.Add(segment);
        CreateIndexes();
        Spill();
        Compact(isIdle: _awaitsSettles);
        _awaitsSettles = false;
    });

    /// <summary>Retries failed work here and in the committer's sweeps.</summary>
    public void Retry() => Do(() =>
    {
        if (CreateIndexes())
            Spill();
        Compact(isIdle: false);
        _reports.RequestSweep();
    });

    /// <summary>Folds a dead segment into older ones.</summary>
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
        segment.IsBeingFolded = false; // before the report: the sweep that follows may request the fold again
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

    /// <summary>Compacts segments while the store is idle, also those whose last attempt gained too little.</summary>
    public void CompactWhileIdle() => Do(() =>
    {
        Compact(isIdle: true);
        _awaitsSettles = _compactor.AwaitsSettles;
        if (_awaitsSettles)
            _reports.RequestSeal();
    });

    /// <summary>Queues work for the thread. Work that has not begun when the store is closed is discarded.</summary>
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
            // the queue was closed just now
        }
    }

    /// <summary>Completes when all work queued so far is done.</summary>
    public Task WhenIdleAsync()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(idle.SetResult);
        return idle.Task;
    }

    /// <summary>Ends the thread after the current work. Work that is still queued is left to the next start.</summary>
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

    /// <summary>Runs work, and reports an unexpected exception, so that the thread goes on with other work.</summary>
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

    /// <summary>Writes the missing indexes, the newest segment's first, until one fails.</summary>
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
                // The segment may be deleted already.
            }
            catch (Exception failure) when (BackgroundFailures.Is(failure))
            {
                if (failure is not InvalidDataException) // a retry would find the same damage; the next start reports the lost records
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
