using Amqp.Storage.Faults;

namespace Amqp.Storage.Commits;

/// <summary>Tasks that complete when the log has reached certain positions. Thread-safe.</summary>
internal sealed class CommitWaiters
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new(); // ordered by position; guarded by _lock
    private StoreFailedException? _failure; // guarded by _lock
    private long _reached; // guarded by _lock

    /// <summary>Returns a task that completes when the position is reached. The task fails if the store fails first.</summary>
    public Task WaitAsync(long position, CancellationToken cancellation)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (position <= _reached)
                return Task.CompletedTask;
            if (_failure is not null)
                return Task.FromException(new StoreFailedException(_failure.Message, _failure.InnerException));
            _waiting.Enqueue(waiter, position);
        }
        return waiter.Task.WaitAsync(cancellation);
    }

    public void Reach(long position)
    {
        lock (_lock)
        {
            _reached = position;
            while (_waiting.TryPeek(out _, out long wanted) && wanted <= position)
                _waiting.Dequeue().SetResult();
        }
    }

    public void Fail(StoreFailedException failure)
    {
        lock (_lock)
        {
            _failure = failure;
            while (_waiting.TryDequeue(out TaskCompletionSource? waiter, out _))
                waiter.SetException(new StoreFailedException(failure.Message, failure.InnerException));
        }
    }
}
