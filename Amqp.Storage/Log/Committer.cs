using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Housekeeping;

namespace Amqp.Storage.Log;

/// <summary>
/// Writes the appended bytes of the log to files, on a thread of its own. Syncs the files on request, or when the sync interval has passed.
/// </summary>
/// <remarks>
/// A requested sync begins when the current sync ends. A write that finds the disk full is retried. After any other failure, the thread
/// ends and nothing more becomes durable. <para>The fields are used under the lock <c>_turn</c>, except where marked.</para>
/// </remarks>
internal sealed class Committer : IAsyncDisposable
{
    // The committer's thread looks for work every LogOutput.WriteDelay. After this many looks without work, the thread sleeps until an
    // append wakes it.
    private const int PollsBeforeSleep = 20;

    // A publisher may commit on its own thread once this many syncs in a row were quick.
    private const int QuickSyncs = 16;

    // Held while work is done: by the committer's thread, or by a publisher in CommitHere.
    private readonly Lock _turn = new();
    private readonly LogWriter _log;
    private readonly LogOutput _output;
    private readonly CommitProgress _progress; // thread-safe
    private readonly CommitSignal _signal; // thread-safe
    private readonly DiskSpace _disk;
    private readonly CommitWork _work;
    private readonly Housekeeper _housekeeper; // thread-safe
    private readonly bool _commitsHere; // publishers may commit on their threads
    private readonly long _maxUnwritten; // unwritten bytes above which publishers should pause
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _idlePolls;
    private bool _hasCommittedHere; // a publisher has committed since the committer's thread last looked for work
    private volatile StoreFailedException? _failure; // read by any thread
    private volatile bool _stopping;

    public Committer(
        LogWriter log, LogOutput output, CommitProgress progress, CommitSignal signal, DiskSpace disk, CommitWork work,
        Housekeeper housekeeper, StoreOptions options)
    {
        (_log, _output, _progress, _signal, _disk, _work, _housekeeper) = (log, output, progress, signal, disk, work, housekeeper);
        _commitsHere = options.CommitsOnPublisherThread;
        // The unwritten bytes are limited to half of the reserve, but at least one block, because the reserve must have space for all
        // unwritten records and for the records that settle their messages.
        _maxUnwritten = disk.ReserveSize == 0
            ? options.MaxUnwrittenBytes
            : Math.Clamp(options.MaxUnwrittenBytes, 1, Math.Max(disk.ReserveSize / 2, options.BlockSize));
    }

    /// <inheritdoc cref="IMessageStore.Committed"/>
    public event Action? Committed
    {
        add => _work.Committed += value;
        remove => _work.Committed -= value;
    }

    public long DurablePosition => _progress.Durable;

    public StoreFailedException? Failure => _failure;

    /// <inheritdoc cref="IMessageStore.IsFull"/>
    public bool IsFull => _disk.IsFull;

    public bool IsBehind => _failure is null && _log.Position - _progress.Written > _maxUnwritten;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Committer" }.Start();

    public void RequestCommit(long position) => _progress.Request(Math.Min(position, _log.Position));

    /// <inheritdoc cref="IMessageStore.CommitHere"/>
    public void CommitHere(long position)
    {
        _progress.Note(Math.Min(position, _log.Position));
        if (!_commitsHere || _work.QuickSyncs < QuickSyncs || !_turn.TryEnter())
        {
            _signal.Wake();
            return;
        }
        try
        {
            if (!_stopping && _failure is null)
                _work.Run();
            _hasCommittedHere = true;
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
        finally
        {
            _turn.Exit();
        }
        if (_progress.IsSyncRequested || _failure is not null)
            _signal.Wake();
    }

    public Task WaitForCommitAsync(long position, CancellationToken cancellation)
    {
        Task committed = _progress.WhenDurableAsync(position, cancellation);
        RequestCommit(position);
        return committed;
    }

    public Task WaitForRoomAsync(CancellationToken cancellation) =>
        IsBehind ? _progress.WhenWrittenAsync(_log.Position - _maxUnwritten, cancellation) : Task.CompletedTask;

    /// <summary>Makes everything appended so far durable, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _signal.Wake();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        try
        {
            while (TryFindRest(out TimeSpan? rest))
            {
                if (rest is { } time)
                    _signal.Wait(time);
            }
            lock (_turn)
            {
                if (_failure is null)
                    _work.Finish();
            }
        }
        catch (Exception cause) // any exception: nothing becomes durable after it, so publishers must be told
        {
            Fail(cause);
        }
        finally
        {
            _output.Dispose();
            _disk.Dispose();
            _ended.SetResult();
        }
    }

    /// <summary>Does the work that is due. If there is none, returns the time to wait for work.</summary>
    /// <param name="rest">The time to wait; null if there may be more work.</param>
    /// <returns>False if the committer has to end.</returns>
    private bool TryFindRest(out TimeSpan? rest)
    {
        lock (_turn)
        {
            rest = null;
            if (_stopping || _failure is not null)
                return false;
            if (_work.Run())
                _idlePolls = 0;
            else
                rest = PrepareRest();
            return true;
        }
    }

    /// <summary>Announces that the committer's thread will wait. Returns the time; null if there is work.</summary>
    private TimeSpan? PrepareRest()
    {
        if (!_disk.HasSpace)
        {
            _signal.Prepare(sleep: false);
            return _stopping ? null : DiskSpace.WriteDelay;
        }
        _idlePolls = _output.IsDone && !_hasCommittedHere ? _idlePolls + 1 : 0;
        _hasCommittedHere = false;
        bool sleep = _idlePolls > PollsBeforeSleep && _disk.IsReserveWhole;
        if (_idlePolls == PollsBeforeSleep)
        {
            _work.TidyUp();
            _housekeeper.CompactWhileIdle();
        }
        if (!sleep)
            _signal.Prepare(sleep: false);
        else if (!_log.TryPrepareSleep(_progress.Written))
            return null;

        if (_stopping || _progress.IsSyncRequested || (sleep && (_output.IsCatalogDirty || _work.HasNews)))
        {
            _signal.Cancel();
            return null;
        }
        return sleep ? Timeout.InfiniteTimeSpan : _idlePolls > PollsBeforeSleep ? DiskSpace.RestoreDelay : LogOutput.WriteDelay;
    }

    private void Fail(Exception cause)
    {
        var failure = new StoreFailedException($"the message store cannot write any more: {cause.Message}", cause);
        _failure = failure;
        _work.Fail(failure);
    }
}
