using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Paging;

namespace Amqp.Storage.Transient;

/// <summary>Writes transient messages to page files when there are more of them in memory than there should be.</summary>
/// <remarks>
/// Whole blocks, oldest first: a message keeps its block, so the queues need not know. All work is done on the housekeeper's thread,
/// which owns what is not marked otherwise, in slices between which it does other things.
/// <para>What fails loses nothing: the messages stay in memory, the memory alarm stops their publishers, and it is tried again later.</para>
/// </remarks>
internal sealed class Pager
{
    private const long SliceBytes = 16 << 20;

    // Of the bound on memory: so that each round is worth while.
    private const double Target = 0.9;

    private readonly BlockSpace _space;
    private readonly PageFolder _folder;
    private readonly StoreOptions _options;
    private readonly Action<Action> _do;
    private readonly BackgroundFailures _failures;
    private readonly Action _page;
    private readonly long _targetBytes;
    private volatile bool _isWaiting; // for the time of the next attempt; read by any thread
    private bool _isFailing;
    private int _isRequested; // changed with Interlocked by any thread

    /// <param name="space">Has the blocks. Says when there are too many.</param>
    /// <param name="folder">Where they go.</param>
    /// <param name="options">How many are too many.</param>
    /// <param name="schedule">Has work done on the housekeeper's thread.</param>
    /// <param name="failures">Hears of what fails.</param>
    public Pager(BlockSpace space, PageFolder folder, StoreOptions options, Action<Action> schedule, BackgroundFailures failures)
    {
        (_space, _folder, _options, _do, _page, _failures) = (space, folder, options, schedule, Page, failures);
        _targetBytes = (long)(options.MaxTransientBytesInMemory * Target);
        folder.Finished = file => schedule(() => Delete(file));
        space.Transients.Exceeded = Request;
    }

    private void Request()
    {
        if (!_isWaiting && Interlocked.Exchange(ref _isRequested, 1) == 0)
            _do(_page);
    }

    private void Page()
    {
        Interlocked.Exchange(ref _isRequested, 0); // first: a block that comes from now on asks again
        if (_isWaiting)
            return;
        try
        {
            if (!PageSlice())
                Request();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Wait();
            if (!_isFailing)
                _failures.Report(BackgroundWork.Paging, failure);
            _isFailing = true;
        }
    }

    /// <returns>True when enough was written, or all that can be.</returns>
    private bool PageSlice()
    {
        if (_space.Transients.Bytes > _targetBytes)
            DemandRoom();
        for (long written = 0; _space.Transients.Bytes > _targetBytes;)
        {
            if (written >= SliceBytes)
                return false;
            if (_space.Transients.PinOldest() is not { } block)
                return true;
            written += block.Capacity;
            _space.PageOut(block, _folder);
            _isFailing = false;
        }
        return true;
    }

    /// <summary>What takes the last room on a disk ends the log, so paging leaves off before.</summary>
    private void DemandRoom()
    {
        if (_folder.FreeBytes is { } free && free < _options.MinFreeDiskBytes)
            throw new IOException($"{free} bytes are free, fewer than the {_options.MinFreeDiskBytes} that are to stay so");
    }

    private void Delete(PageFile file)
    {
        try
        {
            _folder.DeleteIfFinished(file);
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure))
        {
            _failures.Report(BackgroundWork.Paging, failure);
            Later(() => _do(() => Delete(file)));
        }
    }

    private void Wait()
    {
        _isWaiting = true;
        Later(Retry);
    }

    private void Later(Action action) => Task.Delay(_options.PagingRetryDelay).ContinueWith(_ => action(), TaskScheduler.Default);

    private void Retry()
    {
        _isWaiting = false;
        Request();
    }
}
