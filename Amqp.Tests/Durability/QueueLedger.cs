namespace Amqp.Tests.Durability;

/// <summary>Records which messages a queue must have or may have. Compares them with the messages that are found after a crash.</summary>
/// <remarks>
/// The lock of <see cref="CrashLedger"/> guards this object. As in <see cref="CrashLedger"/>, a time is the number of events so far.
/// </remarks>
internal sealed class QueueLedger(string name)
{
    private readonly Dictionary<Serial, Entry> _entries = [];
    private bool _isPurging; // true between a purge and its reply; the purge may remove messages that are published in this time

    public string Name { get; } = name;

    /// <summary>
    /// True if the queue must exist after a crash: the broker has answered its declaration, and no client has requested its deletion.
    /// </summary>
    public bool IsPromised { get; set; }

    /// <summary>
    /// True if the broker has confirmed the queue's binding. Messages that were published before this confirmation may be missing.
    /// </summary>
    public bool IsBound { get; set; }

    /// <summary>
    /// True if the queue may have messages that are not in this ledger, because clients published them before the queue was bound.
    /// </summary>
    public bool MayHoldUnknown { get; init; }

    /// <summary>The queue's maximum priority; 0 for a queue without priorities.</summary>
    public int MaxPriority { get; init; }

    public void Publish(Serial serial) => _entries.Add(serial, new Entry { MayBeGone = !IsBound || _isPurging });

    public void Confirm(Serial serial)
    {
        if (_entries.TryGetValue(serial, out var entry))
            entry.IsConfirmed = true;
    }

    public void Deliver(Serial serial, long now)
    {
        if (_entries.TryGetValue(serial, out var entry))
            entry.DeliveredAt = Math.Min(entry.DeliveredAt, now);
    }

    /// <summary>Records that a client is about to acknowledge a message. From now on, a crash may lose the message.</summary>
    public void Acknowledge(Serial serial)
    {
        if (_entries.TryGetValue(serial, out var entry))
            entry.MayBeGone = true;
    }

    public void BeginPurge()
    {
        _isPurging = true;
        foreach (var entry in _entries.Values)
            entry.MayBeGone = true;
    }

    public void EndPurge()
    {
        BeginPurge(); // called again for messages that were published during the purge
        _isPurging = false;
    }

    /// <summary>
    /// Compares the messages found after a crash with the expected messages. Afterwards the ledger expects exactly the found messages.
    /// </summary>
    /// <param name="found">All messages of the queue, in order.</param>
    /// <param name="durable">A time. All changes that the broker answered before this time are in the log.</param>
    /// <param name="now">The current time.</param>
    /// <returns>The errors.</returns>
    public IEnumerable<string> Judge(IReadOnlyList<Found> found, long durable, long now)
    {
        var faults = new List<string>();
        var latest = new Dictionary<(int Publisher, int Priority), int>();
        int lowest = MaxPriority;
        var present = new HashSet<Serial>();
        foreach (var message in found)
        {
            string who = $"{Name}: message {message.Serial.Number} of publisher {message.Serial.Publisher}";
            if (!message.IsIntact)
                faults.Add($"{who} is damaged");
            int priority = Math.Min(message.Priority, MaxPriority);
            if (priority > lowest)
                faults.Add($"{who} has priority {priority} and comes after one of {lowest}");
            lowest = priority;
            if (latest.TryGetValue((message.Serial.Publisher, priority), out int before) && before >= message.Serial.Number)
                faults.Add($"{who} comes after {before}");
            latest[(message.Serial.Publisher, priority)] = message.Serial.Number;
            present.Add(message.Serial);
            if (!_entries.TryGetValue(message.Serial, out var entry))
            {
                if (!MayHoldUnknown)
                    faults.Add($"{who} was transient, or gone after an earlier crash, and is here");
                continue;
            }
            if (entry.SettledAt < durable)
                faults.Add($"{who} was acknowledged before something that was confirmed, and is back");
            if (entry.DeliveredAt < durable && !message.Redelivered)
                faults.Add($"{who} was delivered before something that was confirmed, and is not marked redelivered");
        }
        foreach (var (serial, entry) in _entries.Where(entry => !present.Contains(entry.Key)).ToList())
        {
            if (entry is { IsConfirmed: true, MayBeGone: false })
                faults.Add($"{Name}: message {serial.Number} of publisher {serial.Publisher} was confirmed and is not here");
            _entries.Remove(serial); // if a later crash brings the message back, an error is reported
        }
        foreach (var entry in _entries.Values)
            (entry.IsConfirmed, entry.MayBeGone, entry.SettledAt, entry.DeliveredAt) = (true, false, long.MaxValue, now);
        _isPurging = false;
        return faults;
    }

    /// <summary>Records that the test has acknowledged all messages, and that the broker has received the acknowledgements.</summary>
    public void Settle(long now)
    {
        foreach (var entry in _entries.Values)
            (entry.MayBeGone, entry.SettledAt) = (true, now);
    }

    private sealed class Entry
    {
        public bool IsConfirmed { get; set; }

        /// <summary>
        /// True if the message may be missing: it was acknowledged or purged, or was published before the broker confirmed the binding.
        /// </summary>
        public bool MayBeGone { get; set; }

        public long DeliveredAt { get; set; } = long.MaxValue;

        public long SettledAt { get; set; } = long.MaxValue;
    }
}
