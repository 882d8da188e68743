namespace Amqp.Tests.Durability;

/// <summary>
/// What was promised of messages that go from place to place by themselves: dead letters from queue to queue, delayed ones from their
/// exchange to a queue. A crash on the way may leave one in both places, but a confirmed one must be in some place.
/// Thread-safe: one lock owns all of it.
/// </summary>
/// <param name="name">What to call them.</param>
/// <param name="mayRepeat">One that was acknowledged may come once more, because the place it came from may not know yet that it has gone.</param>
internal sealed class WandererLedger(string name, bool mayRepeat)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Serial, Entry> _entries = [];
    private readonly List<Serial> _settled = []; // and nothing has been confirmed since
    private readonly HashSet<Serial> _gone = []; // for ever

    /// <summary>Messages confirmed so far.</summary>
    public long Confirmed { get; private set; }

    /// <summary>When all of the messages are due.</summary>
    public DateTime AllDue
    {
        get
        {
            lock (_gate)
                return _entries.Count == 0 ? DateTime.MinValue : _entries.Values.Max(entry => entry.Due);
        }
    }

    /// <summary>A persistent message is about to be sent.</summary>
    /// <param name="serial">Which one.</param>
    /// <param name="due">When it may be delivered, in UTC; at any time when omitted.</param>
    public void Publish(Serial serial, DateTime due = default)
    {
        lock (_gate)
            _entries.Add(serial, new Entry(due));
    }

    /// <summary>A message is safe, and so is what was settled before it was sent.</summary>
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

    /// <summary>An acknowledgement is about to be sent. Nobody confirms it, so the message may come back.</summary>
    public void Acknowledge(Serial serial)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(serial, out var entry))
                entry.MayBeGone = true;
        }
    }

    /// <summary>What is wrong with a message that came after a crash; null when nothing is.</summary>
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

    /// <summary>Complaints about messages that must have been seen by now and were not.</summary>
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

    /// <summary>Goes on from what is there after a crash.</summary>
    /// <param name="seen">What came.</param>
    /// <param name="isSettled">All of that was acknowledged, and the broker has answered a later request on those channels.</param>
    public void GoOn(IReadOnlySet<Serial> seen, bool isSettled)
    {
        lock (_gate)
        {
            foreach (var (serial, entry) in _entries.ToList())
            {
                if (seen.Contains(serial))
                    (entry.IsConfirmed, entry.MayBeGone) = (true, false); // what one start has found the next one must find, too
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

        /// <summary>It was confirmed, or there after a crash.</summary>
        public bool IsConfirmed { get; set; }

        /// <summary>It was acknowledged, maybe before it was confirmed.</summary>
        public bool MayBeGone { get; set; }

        public bool IsPromised => IsConfirmed && !MayBeGone;
    }
}
