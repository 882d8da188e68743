namespace Amqp.Tests.Durability;

/// <summary>
/// Messages that move by themselves: dead letters from queue to queue, delayed messages from their exchange to a queue. A crash may leave a
/// moving message in both places, but a confirmed message must be in at least one of them. Thread-safe: one lock guards all of the state.
/// </summary>
/// <param name="name">Name of the messages in error texts.</param>
/// <param name="mayRepeat">
/// True if an acknowledged message may be delivered once more, because the settle in its former place may not be durable yet.
/// </param>
internal sealed class WandererLedger(string name, bool mayRepeat)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Serial, Entry> _entries = [];
    private readonly List<Serial> _settled = []; // settled since the last confirm, so not certainly durable
    private readonly HashSet<Serial> _gone = []; // the settle is durable, so the message must not be delivered again

    /// <summary>Number of messages confirmed so far.</summary>
    public long Confirmed { get; private set; }

    /// <summary>The time at which the last message is due.</summary>
    public DateTime AllDue
    {
        get
        {
            lock (_gate)
                return _entries.Count == 0 ? DateTime.MinValue : _entries.Values.Max(entry => entry.Due);
        }
    }

    /// <summary>Records that a persistent message is about to be published.</summary>
    /// <param name="serial">Identity of the message.</param>
    /// <param name="due">Earliest time of its delivery, in UTC; any time by default.</param>
    public void Publish(Serial serial, DateTime due = default)
    {
        lock (_gate)
            _entries.Add(serial, new Entry(due));
    }

    /// <summary>
    /// Records that a message was confirmed. The message, and everything settled before its publish, is therefore durable.
    /// </summary>
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

    /// <summary>
    /// Records that an acknowledgement is about to be sent. An acknowledgement has no reply, so after a crash the message may be gone or
    /// still there.
    /// </summary>
    public void Acknowledge(Serial serial)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(serial, out var entry))
                entry.MayBeGone = true;
        }
    }

    /// <summary>Returns the error of a message that was delivered after a crash, or null if there is none.</summary>
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

    /// <summary>Returns an error for each confirmed message that is due and was not seen.</summary>
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

    /// <summary>Records the messages that were seen after a crash. They are certainly durable from then on.</summary>
    /// <param name="seen">The messages that were seen.</param>
    /// <param name="isSettled">
    /// True if all of these messages were acknowledged, and the broker has answered a later request on the same channels.
    /// </param>
    public void GoOn(IReadOnlySet<Serial> seen, bool isSettled)
    {
        lock (_gate)
        {
            foreach (var (serial, entry) in _entries.ToList())
            {
                if (seen.Contains(serial))
                    (entry.IsConfirmed, entry.MayBeGone) = (true, false); // a message found by one start must be found by the next
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

        /// <summary>True if the message was confirmed, or seen after a crash.</summary>
        public bool IsConfirmed { get; set; }

        /// <summary>
        /// True if the message may be missing, because it was acknowledged. The acknowledgement may be sent before the confirm arrives.
        /// </summary>
        public bool MayBeGone { get; set; }

        public bool IsPromised => IsConfirmed && !MayBeGone;
    }
}
