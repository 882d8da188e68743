using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Paging;

namespace Amqp.Storage.Transient;

/// <summary>Writes the oldest blocks of transient messages to page files when the blocks exceed their memory limit.</summary>
/// <remarks>
/// Fields without a comment about threads are used only by the housekeeper's thread. If a write fails, the messages stay in memory, and the
/// write is retried later.
/// </remarks>
internal sealed class Pager
{
    private const long SliceBytes = 16 << 20;

    // Paging stops when the blocks take this fraction of their memory limit, so that the pager does not run too often.
    private const double Target = 0.9;

    private readonly BlockSpace _space;
    private readonly PageFolder _folder;
    private readonly StoreOptions _options;
    private readonly Action<Action> _do;
    private readonly BackgroundFailures _failures;
    private readonly Action _page;
    private readonly long _targetBytes;
    private volatile bool _isWaiting; // true during the delay after a failed write; any thread may read this field
    private bool _isFailing;
    private int _isRequested; // changed with Interlocked by any thread

    /// <param name="space">Contains the blocks, and reports when transient blocks exceed their memory limit.</param>
    /// <param name="folder">Folder of the page files.</param>
    /// <param name="options">Contains the memory limit.</param>
    /// <param name="schedule">Runs work on the housekeeper's thread.</param>
    /// <param name="failures">Receives failures.</param>
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
        Interlocked.Exchange(ref _isRequested, 0); // cleared before paging, so that the next added block requests another run
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

    /// <returns>False if another slice has to be written.</returns>
    private bool PageSlice()
    {
        if (_space.Transients.Bytes > _targetBytes)
            DemandDiskSpace();
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

    /// <summary>Throws an exception if little disk space is free, because the log needs the remaining space.</summary>
    private void DemandDiskSpace()
    {
        if (_folder.FreeBytes is { } free && free < _options.MinFreeDiskBytes)
            throw new IOException($"only {free} bytes are free on the disk; below {_options.MinFreeDiskBytes} nothing is paged out");
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
