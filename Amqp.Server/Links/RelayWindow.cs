using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Links;

/// <summary>
/// The messages that a relay has published and its target has not confirmed. Acknowledges them at the source when they are confirmed,
/// in the order of their delivery.
/// </summary>
/// <remarks>Thread-safe: the relay adds messages, and the target's read loop confirms them. The lock guards all fields.</remarks>
/// <param name="source">The channel of the deliveries; null if nothing is acknowledged.</param>
/// <param name="holdsRefused">
/// False to return refused messages to their queue at once. True to leave them unacknowledged until the channel ends.
/// </param>
internal sealed class RelayWindow(ClientChannel? source, bool holdsRefused = false)
{
    private readonly Lock _lock = new();
    private readonly Queue<Entry> _entries = [];
    private readonly Dictionary<ulong, Entry> _byNumber = [];
    private ulong _published;
    private long _settled;
    private long _accepted;
    private long _held;
    private long _wanted = long.MaxValue;
    private TaskCompletionSource? _reached;

    /// <summary>Number of messages that the target has confirmed, or that were dropped.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Number of messages that stay unacknowledged, because the target refused them or they were never published.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Number of messages without an answer.</summary>
    public int Unanswered
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Notes the next message that is published. Called before the publish, because its confirm can arrive at once.</summary>
    /// <param name="tag">Delivery tag at the source.</param>
    public void Add(ulong tag)
    {
        lock (_lock)
        {
            var entry = new Entry(++_published, tag);
            _entries.Enqueue(entry);
            _byNumber.Add(entry.Number, entry);
        }
    }

    /// <summary>Notes a message that is not published.</summary>
    /// <param name="tag">Delivery tag at the source.</param>
    /// <param name="isRefused">False to acknowledge it after the messages before it; true to treat it like a refused message.</param>
    public void AddDropped(ulong tag, bool isRefused = false)
    {
        lock (_lock)
        {
            _entries.Enqueue(new Entry(_published, tag) { Answer = !isRefused });
            SettleInOrder();
        }
    }

    /// <summary>Handles an answer of the target.</summary>
    public void Confirm(ClientConfirm confirm)
    {
        lock (_lock)
        {
            if (confirm.IsMultiple)
                foreach (var entry in _entries.TakeWhile(entry => entry.Number <= confirm.Number))
                    entry.Answer ??= confirm.IsAccepted;
            else if (_byNumber.TryGetValue(confirm.Number, out var entry))
                entry.Answer ??= confirm.IsAccepted;
            SettleInOrder();
        }
    }

    /// <summary>
    /// Treats all messages without an answer as refused. Called for a returned message: the broker does not tell its number, and confirms
    /// it afterwards.
    /// </summary>
    public void RefuseUnanswered()
    {
        lock (_lock)
        {
            foreach (var entry in _entries)
                entry.Answer ??= false;
            SettleInOrder();
        }
    }

    /// <summary>Waits until this number of messages is settled.</summary>
    public Task WaitForAsync(long count, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_settled >= count)
                return Task.CompletedTask;
            _wanted = count;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Settles all answered messages before the first unanswered one. One acknowledgement covers a run of them.</summary>
    private void SettleInOrder()
    {
        ulong accepted = 0;
        while (_entries.TryPeek(out var entry) && entry.Answer is { } isAccepted)
        {
            _entries.Dequeue();
            if (_byNumber.GetValueOrDefault(entry.Number) == entry)
                _byNumber.Remove(entry.Number);
            _settled++;
            if (isAccepted)
            {
                _accepted++;
                accepted = entry.Tag;
                if (_held > 0)
                    Acknowledge(ref accepted);
                continue;
            }
            Acknowledge(ref accepted);
            Refuse(entry.Tag);
        }
        Acknowledge(ref accepted);
        if (_settled >= _wanted)
            _reached?.TrySetResult();
    }

    private void Refuse(ulong tag)
    {
        if (holdsRefused)
            _held++;
        else
            source?.Send(new BasicNack(tag, Multiple: false, Requeue: true));
    }

    /// <summary>Acknowledges a run of messages, or a single one while an earlier message is held.</summary>
    private void Acknowledge(ref ulong accepted)
    {
        if (accepted != 0)
            source?.Send(new BasicAck(accepted, Multiple: _held == 0));
        accepted = 0;
    }

    private sealed class Entry(ulong number, ulong tag)
    {
        public ulong Number { get; } = number;

        public ulong Tag { get; } = tag;

        /// <summary>True if the target confirmed the message, false if it refused it; null before the answer.</summary>
        public bool? Answer { get; set; }
    }
}
