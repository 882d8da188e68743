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

/// <summary>The thread that does what commits must not wait for: gives full segments their index, lets messages leave memory, folds, compacts, pages out.</summary>
/// <remarks>Nothing here is needed for anybody's message to be safe, so what fails is reported and tried again, at the latest by the next start.</remarks>
internal sealed class Housekeeper : IAsyncDisposable
{
    // What stays in front of a queue at most when its messages leave memory.
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
    private bool _awaitsSettles; // of the open segment, which was asked to end; owned by the thread
    private volatile bool _stopping;

    public Housekeeper(
        SegmentIndexes indexes, AcknowledgementFold fold, SegmentCompactor compactor, SegmentReports reports, BlockSpace space,
        StoreOptions options, DurableQueues durableQueues, BackgroundFailures failures)
    {
        (_failures, _indexes, _fold, _compactor, _reports, _space, _options, _durableQueues) = (failures, indexes, fold, compactor, reports, space, options, durableQueues);
    }

    public void Start()
    {
        Do(() => Compact(isIdle: false)); // what the last run left
        new Thread(Run) { IsBackground = true, Name = "Housekeeper" }.Start();
    }

    /// <summary>A segment is complete, written and synced.</summary>
    public void Index(Segment segment) => Do(() =>
    {
        _unindexed.Add(segment);
        CreateIndexes();
        Spill();
        Compact(isIdle: _awaitsSettles);
        _awaitsSettles = false;
    });

    /// <summary>Tries again what failed: here, and in the committer's sweeps.</summary>
    public void Retry() => Do(() =>
    {
        if (CreateIndexes())
            Spill();
        Compact(isIdle: false);
        _reports.RequestSweep();
    });

    /// <summary>A dead segment is to be folded into older ones.</summary>
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
        segment.IsBeingFolded = false; // before the report: the sweep that follows may ask again
        if (failure is not null)
            _failures.Report(BackgroundWork.Folding, failure);
        if (failure is IOException error && DiskFull.Is(error))
            _reports.ReportLackOfRoom();
        if (!isFolded)
            return;
        _reports.RequestSweep();
        _compactor.Reconsider(targets);
        Compact(isIdle: false);
    });

    /// <summary>Nobody has asked for anything for a while: time for what no new segment gave rise to.</summary>
    public void TidyUp() => Do(() =>
    {
        Compact(isIdle: true);
        _awaitsSettles = _compactor.AwaitsSettles;
        if (_awaitsSettles)
            _reports.ReportEndAwaited();
    });

    /// <summary>Does some work after what was asked for before, unless the store is closed by then.</summary>
    /// <param name="work">Short, so that the rest need not wait. It takes care of what fails itself.</param>
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
            // It was closed just now.
        }
    }

    /// <summary>Completes when everything asked for so far is done.</summary>
    public Task WhenIdleAsync()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(idle.SetResult);
        return idle.Task;
    }

    /// <summary>Ends what it is at, and leaves the rest to the next start.</summary>
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

    /// <summary>What is thrown that nobody foresaw ends that work only: the thread is there for all of them.</summary>
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

    /// <summary>Gives the newest segment its index, and then the others that did not get theirs, until one fails again.</summary>
    /// <returns>True when one was made.</returns>
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
                // It may be gone.
            }
            catch (Exception failure) when (BackgroundFailures.Is(failure))
            {
                if (failure is not InvalidDataException) // damaged already: the next start says what is lost
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
