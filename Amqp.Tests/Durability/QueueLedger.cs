namespace Amqp.Tests.Durability;

/// <summary>What one queue was promised to hold, and the judgement of what it holds after a crash.</summary>
/// <remarks>Owned by the lock of <see cref="CrashLedger"/>. Times are those of its clock.</remarks>
internal sealed class QueueLedger(string name)
{
    private readonly Dictionary<Serial, Entry> _entries = [];
    private bool _isPurging; // a purge was sent and not answered: whatever is sent meanwhile may be gone

    public string Name { get; } = name;

    /// <summary>Whether a declare was answered and no delete was sent: the queue must be there after a crash.</summary>
    public bool IsPromised { get; set; }

    /// <summary>Whether its binding was answered: what is published from now on must come.</summary>
    public bool IsBound { get; set; }

    /// <summary>Messages sent before the binding was may have come after it: unknown ones are no fault.</summary>
    public bool MayHoldUnknown { get; init; }

    /// <summary>The highest priority that counts; 0 when the queue knows none.</summary>
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

    /// <summary>An acknowledgement is about to be sent. Nobody confirms it, so the message may come back.</summary>
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
        BeginPurge(); // once more, for what was sent meanwhile
        _isPurging = false;
    }

    /// <summary>Compares the queue with what it was promised to hold, and goes on from what is there.</summary>
    /// <param name="found">All that the queue holds, in order.</param>
    /// <param name="durable">Whatever happened before this time is in the log for certain.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is wrong.</returns>
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
            _entries.Remove(serial); // for ever: it must not show up after a later crash
        }
        foreach (var entry in _entries.Values)
            (entry.IsConfirmed, entry.MayBeGone, entry.SettledAt, entry.DeliveredAt) = (true, false, long.MaxValue, now);
        _isPurging = false;
        return faults;
    }

    /// <summary>Everything here was acknowledged, and the broker has answered a later request on that channel.</summary>
    public void Settle(long now)
    {
        foreach (var entry in _entries.Values)
            (entry.MayBeGone, entry.SettledAt) = (true, now);
    }

    private sealed class Entry
    {
        public bool IsConfirmed { get; set; }

        /// <summary>It was acknowledged or purged, or sent before the binding stood.</summary>
        public bool MayBeGone { get; set; }

        public long DeliveredAt { get; set; } = long.MaxValue;

        public long SettledAt { get; set; } = long.MaxValue;
    }
}
