using System.Collections.Concurrent;

namespace Amqp.Storage;

/// <summary>The thread that does what commits must not wait for: gives full segments their index, lets messages leave memory, folds, compacts, pages out.</summary>
/// <remarks>Nothing here is needed for anybody's message to be safe, so what fails is left for the next time, at the latest the next start.</remarks>
internal sealed class Housekeeper : IAsyncDisposable
{
    // What stays in front of a queue at most when its messages leave memory.
    private const int MaxWindow = 4096;

    private readonly SegmentIndexes _indexes;
    private readonly AcknowledgementFold _fold;
    private readonly SegmentCompactor _compactor;
    private readonly SegmentSet _segments;
    private readonly BlockSpace _space;
    private readonly StoreOptions _options;
    private readonly Func<IEnumerable<StoredQueue>> _durableQueues;
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Segment> _unindexed = []; // owned by the thread
    private bool _awaitsSettles; // of the open segment, which was asked to end; owned by the thread
    private volatile bool _stopping;

    public Housekeeper(SegmentIndexes indexes, AcknowledgementFold fold, SegmentCompactor compactor, SegmentSet segments, BlockSpace space, StoreOptions options, Func<IEnumerable<StoredQueue>> durableQueues)
    {
        (_indexes, _fold, _compactor, _segments, _space, _options, _durableQueues) = (indexes, fold, compactor, segments, space, options, durableQueues);
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

    /// <summary>A dead segment is to be folded into older ones.</summary>
    public void Fold(Segment segment, Segment[] targets) => Do(() =>
    {
        bool isFolded;
        try
        {
            isFolded = _fold.Fold(segment, targets);
        }
        finally
        {
            segment.IsBeingFolded = false; // before the report: the sweep that follows may ask again
        }
        if (!isFolded)
            return;
        _segments.ReportFolded();
        _compactor.Reconsider(targets);
        Compact(isIdle: false);
    });

    /// <summary>Nobody has asked for anything for a while: time for what no new segment gave rise to.</summary>
    public void TidyUp() => Do(() =>
    {
        Compact(isIdle: true);
        _awaitsSettles = _compactor.AwaitsSettles;
        if (_awaitsSettles)
            _segments.ReportEndAwaited();
    });

    /// <summary>Does some work after what was asked for before, unless the store is closed by then.</summary>
    /// <param name="work">Short, so that the rest need not wait. What fails with an I/O error is left.</param>
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
                try
                {
                    work();
                }
                catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
                {
                    // Left for the next time.
                }
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Compact(bool isIdle) => _compactor.Run(isIdle, () => _stopping);

    /// <summary>Gives the newest segment its index, and then the others that did not get theirs, until one fails again.</summary>
    private void CreateIndexes()
    {
        while (_unindexed.Count > 0)
        {
            Segment segment = _unindexed[^1];
            _unindexed.RemoveAt(_unindexed.Count - 1);
            try
            {
                _indexes.Create(segment);
            }
            catch (Exception failure) when (failure is InvalidDataException || segment.IsDead)
            {
                // Damaged already: the next start reports it. Or dead: it may be gone.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _unindexed.Insert(0, segment);
                return;
            }
        }
    }

    private void Spill()
    {
        StoredQueue[] queues = [.. _durableQueues().Where(queue => queue.CountInMemory > 0)];
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
