using System.Collections.Concurrent;

namespace Amqp.Storage;

/// <summary>The thread that does what commits must not wait for: gives full segments their index, lets messages leave memory, folds.</summary>
/// <remarks>
/// Nothing here is needed for anybody's message to be safe, so what fails is left for the next time, at the latest the next start.
/// <para>Compaction of segments that are mostly dead has its place here: after an index is written, or on a sweep's news.</para>
/// </remarks>
internal sealed class Housekeeper : IAsyncDisposable
{
    // What stays in front of a queue at most when its messages leave memory.
    private const int MaxWindow = 4096;

    private readonly SegmentIndexes _indexes;
    private readonly AcknowledgementFold _fold;
    private readonly SegmentSet _segments;
    private readonly BlockSpace _space;
    private readonly StoreOptions _options;
    private readonly Func<IEnumerable<StoredQueue>> _durableQueues;
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Segment> _unindexed = []; // owned by the thread
    private volatile bool _stopping;

    public Housekeeper(SegmentIndexes indexes, AcknowledgementFold fold, SegmentSet segments, BlockSpace space, StoreOptions options, Func<IEnumerable<StoredQueue>> durableQueues)
    {
        (_indexes, _fold, _segments, _space, _options, _durableQueues) = (indexes, fold, segments, space, options, durableQueues);
    }

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Housekeeper" }.Start();

    /// <summary>A segment is complete, written and synced.</summary>
    public void Index(Segment segment) => Do(() =>
    {
        _unindexed.Add(segment);
        CreateIndexes();
        Spill();
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
        if (isFolded)
            _segments.ReportFolded();
    });

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

    private void Do(Action work)
    {
        if (!_stopping)
            _work.Add(work);
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
