namespace Amqp.Tests.Durability;

/// <summary>
/// Records messages that the broker moves: dead letters from queue to queue, delayed messages from their exchange to a queue. After a
/// crash, a confirmed message is in its old place, in its new place, or in both. Thread-safe.
/// </summary>
/// <param name="name">Name for the messages, used in error texts.</param>
/// <param name="mayRepeat">
/// True if an acknowledged message may come once more, because its removal from the old place may not be durable.
/// </param>
internal sealed class WandererLedger(string name, bool mayRepeat)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Serial, Entry> _entries = [];
    private readonly List<Serial> _settled = []; // messages settled since the last confirm: their settle records may not be durable yet
    private readonly HashSet<Serial> _gone = []; // messages whose settles are durable, so they must not be delivered again

    public long Confirmed { get; private set; }

    /// <summary>The latest due time of all messages.</summary>
    public DateTime AllDue
    {
        get
        {
            lock (_gate)
                return _entries.Count == 0 ? DateTime.MinValue : _entries.Values.Max(entry => entry.Due);
        }
    }

    /// <summary>Records that a client is about to publish a persistent message.</summary>
    /// <param name="serial">Identity of the message.</param>
    /// <param name="due">
    /// Earliest time, in UTC, at which the broker may deliver the message. By default, the broker may deliver the message at any time.
    /// </param>
    public void Publish(Serial serial, DateTime due = default)
    {
        lock (_gate)
            _entries.Add(serial, new Entry(due));
    }

    /// <summary>Records that the broker has confirmed a message. The message, and all settles before its publish, are durable.</summary>
    public void Confirm(Serial serial)
    {
        lock (_gate)
        {
            Confirmed++;
            _entries[serial].IsConfirmed = true;
            if (!mayRepeat)
                _gone.UnionWith(_settled);
            _settled.Clear();
        }
    }

    /// <summary>Records that a client is about to acknowledge a message. From now on, a crash may lose the message.</summary>
    public void Acknowledge(Serial serial)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(serial, out var entry))
                entry.MayBeGone = true;
        }
    }

    /// <summary>Checks a message that was delivered after a crash. Returns an error text, or null if the delivery is allowed.</summary>
    public string? Judge(string queue, in Found found)
    {
        lock (_gate)
        {
            string who = $"{queue}: message {found.Serial.Number} of publisher {found.Serial.Publisher}";
            if (!found.IsIntact)
                return $"{who} is damaged";
            if (_gone.Contains(found.Serial))
                return $"{who} was acknowledged before something that was confirmed, and is back";
            if (_entries.TryGetValue(found.Serial, out var entry) && entry.Due > DateTime.UtcNow)
                return $"{who} is here {(entry.Due - DateTime.UtcNow).TotalMilliseconds:N0} ms too early";
            return null;
        }
    }

    /// <summary>Returns an error text for each confirmed message that is due but was not seen.</summary>
    public IReadOnlyList<string> Missing(IReadOnlySet<Serial> seen)
    {
        lock (_gate)
        {
            var now = DateTime.UtcNow;
            return
            [
                .. _entries.Where(entry => entry.Value.IsPromised && entry.Value.Due < now && !seen.Contains(entry.Key))
                    .Select(entry => $"{name}: message {entry.Key.Number} of publisher {entry.Key.Publisher} was confirmed and is nowhere"),
            ];
        }
    }

    /// <summary>Records the messages that were seen after a crash. A message that was seen is durable.</summary>
    /// <param name="seen">The messages that were seen.</param>
    /// <param name="isSettled">
    /// True if the test has acknowledged all of these messages, and the broker has received the acknowledgements.
    /// </param>
    public void GoOn(IReadOnlySet<Serial> seen, bool isSettled)
    {
        lock (_gate)
        {
            foreach (var (serial, entry) in _entries.ToList())
            {
                if (seen.Contains(serial))
                    // a message that was seen after one restart must also exist after the next restart
                    (entry.IsConfirmed, entry.MayBeGone) = (true, false);
                if (!entry.IsPromised || (isSettled && seen.Contains(serial)))
                    _entries.Remove(serial);
            }
            if (isSettled)
                _settled.AddRange(seen);
        }
    }

    private sealed class Entry(DateTime due)
    {
        public DateTime Due { get; } = due;

        /// <summary>True if the broker has confirmed the message, or the message was seen after a crash.</summary>
        public bool IsConfirmed { get; set; }

        /// <summary>True if the message may be missing, because a client has acknowledged it.</summary>
        public bool MayBeGone { get; set; }

        public bool IsPromised => IsConfirmed && !MayBeGone;
    }
}
