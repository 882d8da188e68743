using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>A pass over the ready messages of a queue, which takes each message once, from the first to the last.</summary>
/// <remarks>
/// A message that the caller adds to the queue again is in its old place, and the scan does not take it a second time. Meanwhile the queue
/// works as always. Not thread-safe: the owner of the queue guards the scan by the queue's lock.
/// </remarks>
public sealed class StoredQueueScan
{
    private readonly StoredQueue _queue;
    private readonly long _upTo; // sequence number of the last message that was appended before the scan began
    private bool _isOver;

    /// <summary>Begins a scan of the messages that the queue has now.</summary>
    /// <exception cref="InvalidOperationException">Another scan of the queue runs.</exception>
    public StoredQueueScan(StoredQueue queue)
    {
        (_queue, _upTo) = (queue, queue.Sequences.Last);
        if (queue.Ready.Deep is not { } deep)
        {
            queue.Ready.BeginScan();
            return;
        }
        lock (deep.Lock)
            queue.Ready.BeginScan();
    }

    /// <summary>
    /// Takes the first message that the scan has not taken yet. The caller must settle the message, or add it to the queue.
    /// </summary>
    /// <returns>False if no message is left that was there when the scan began.</returns>
    /// <exception cref="IOException">The entry of the message is not in memory, and cannot be read from disk now.</exception>
    public bool TryTake(out StoredMessage message)
    {
        if (_queue.Ready.Deep is not { } deep)
            return _queue.Ready.TryTakeUnscanned(_upTo, out message);
        lock (deep.Lock)
            return _queue.Ready.TryTakeUnscanned(_upTo, out message);
    }

    /// <summary>Ends the scan. May be called more than once.</summary>
    public void End()
    {
        if (_isOver)
            return;
        _isOver = true;
        if (_queue.Ready.Deep is not { } deep)
        {
            _queue.Ready.EndScan();
            return;
        }
        lock (deep.Lock)
            _queue.Ready.EndScan();
    }
}
