using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Channels;

/// <summary>Limits the octets pending for one client. While they reach the high watermark, deliveries and requests wait.</summary>
/// <remarks>The outbox's lock guards the state. Any thread may read <see cref="Pending"/> and <see cref="IsFull"/>.</remarks>
internal sealed class OutputRoom(long highWatermark)
{
    private List<SessionConsumer> _refused = []; // consumers to resume when the output has room again
    private TaskCompletionSource? _hasRoom; // null unless the read loop waits for room
    private long _pending;
    private bool _isFull;
    private bool _isDeliveryOver;

    /// <summary>Number of octets that were written and are not sent yet.</summary>
    public long Pending => Volatile.Read(ref _pending);

    /// <summary>True while the pending octets reach the high watermark. Requests then wait.</summary>
    public bool IsFull => Volatile.Read(ref _isFull);

    /// <summary>True once <see cref="Close"/> was called: nothing may be written any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>True while fewer octets than <paramref name="mark"/> are pending, and deliveries have not ended.</summary>
    public bool HasRoomBelow(long mark) => !_isDeliveryOver && _pending < mark;

    /// <summary>True if a consumer must not deliver now.</summary>
    /// <remarks><see cref="Free"/> or <see cref="Clear"/> later returns the refused consumers, and the caller resumes them.</remarks>
    public bool Refuses(SessionConsumer consumer)
    {
        if (_isDeliveryOver)
            return true; // a delivery could not be sent, so the consumer must take no message from its queue
        if (_pending < highWatermark)
            return false;
        if (!consumer.IsRefused)
        {
            consumer.IsRefused = true;
            _refused.Add(consumer);
        }
        return true;
    }

    /// <summary>Notes that octets were written and are now pending.</summary>
    public void Add(int octets)
    {
        _pending += octets;
        if (_pending >= highWatermark)
            Volatile.Write(ref _isFull, true);
    }

    /// <summary>Notes that octets were sent and are no longer pending.</summary>
    /// <returns>The consumers to resume; null if there are none.</returns>
    public List<SessionConsumer>? Free(int octets)
    {
        _pending -= octets;
        return _pending < highWatermark ? Release() : null;
    }

    /// <summary>Sets the number of pending octets to zero, because the peer has gone.</summary>
    /// <inheritdoc cref="Free"/>
    public List<SessionConsumer>? Clear()
    {
        _pending = 0;
        return Release();
    }

    /// <summary>Ends the deliveries, because the connection is being closed.</summary>
    public void EndDeliveries() => _isDeliveryOver = true;

    /// <summary>Ends all writes and deliveries. A waiting read loop continues.</summary>
    public void Close()
    {
        IsClosed = _isDeliveryOver = true;
        _hasRoom?.TrySetResult();
    }

    /// <summary>Completes when the output is below the high watermark or closed.</summary>
    public Task WaitAsync()
    {
        if (IsClosed || _pending < highWatermark)
            return Task.CompletedTask;
        _hasRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _hasRoom.Task;
    }

    private List<SessionConsumer>? Release()
    {
        Volatile.Write(ref _isFull, false);
        _hasRoom?.TrySetResult();
        _hasRoom = null;
        if (_refused.Count == 0)
            return null;
        var refused = _refused;
        _refused = [];
        return refused;
    }
}
