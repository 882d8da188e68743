using System.Globalization;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>A model of a durable queue. It knows the messages that the queue must have after a power cut.</summary>
/// <remarks>
/// Each operation has a position in the log of the current run. The operation is durable once the log is durable up to this position.
/// </remarks>
internal sealed class PowerCutQueue(uint number)
{
    private const long Never = long.MaxValue;

    private readonly Dictionary<string, Entry> _entries = []; // persistent messages by their texts

    public uint Number { get; } = number;

    /// <summary>Key of the queue in the catalog.</summary>
    public string Key { get; } = string.Create(CultureInfo.InvariantCulture, $"queue/{number}");

    /// <summary>The real queue, in the store of the current run.</summary>
    public StoredQueue Stored { get; set; } = null!;

    /// <summary>Messages that were taken and neither settled nor returned.</summary>
    public List<(StoredMessage Message, string Text)> Unsettled { get; } = [];

    public void Published(string text, int order, long position) => _entries.Add(text, new Entry(order) { PublishedAt = position });

    /// <param name="texts">Texts of the settled messages.</param>
    /// <param name="position">Log position of the settle record; null if the record may be missing from the log.</param>
    public void Settled(IEnumerable<string> texts, long? position)
    {
        foreach (string text in texts)
        {
            if (_entries.TryGetValue(text, out Entry? entry))
                (entry.MayBeGone, entry.SettledAt) = (true, Math.Min(entry.SettledAt, position ?? Never));
        }
    }

    /// <summary>Records that this message and all messages before it were marked as delivered.</summary>
    public void Noted(string text, long? position)
    {
        int order = _entries[text].Order;
        foreach (Entry entry in _entries.Values.Where(entry => entry.Order <= order))
            (entry.MayBeRedelivered, entry.NotedAt) = (true, Math.Min(entry.NotedAt, position ?? Never));
    }

    /// <summary>Records that all messages except <see cref="Unsettled"/> were settled.</summary>
    public void Purged(long? position) => Settled([.. _entries.Keys.Except(Unsettled.Select(one => one.Text))], position);

    /// <summary>
    /// Records that the deletion of the queue has begun. From then on, a power cut may keep or lose each of its messages.
    /// </summary>
    public void Deleted()
    {
        Unsettled.Clear();
        Purged(position: null);
    }

    /// <summary>Returns true if at least one message must be in the queue after a power cut.</summary>
    public bool HasDurable(long durable) => _entries.Values.Any(entry => entry.PublishedAt <= durable && !entry.MayBeGone);

    /// <summary>
    /// Compares recovered messages with the model. Returns an error for each message that is lost, out of order or wrongly marked, and for
    /// each settled message that has come back.
    /// </summary>
    public IEnumerable<string> Judge(IReadOnlyList<(string Text, bool IsRedelivered)> found, long durable)
    {
        int last = -1;
        foreach ((string text, bool isRedelivered) in found)
        {
            string who = $"queue {Number}: {text.Split(' ')[0]}";
            if (!_entries.TryGetValue(text, out Entry? entry))
            {
                yield return $"{who} is not one of its messages, or was gone before";
                continue;
            }
            if (entry.Order <= last)
                yield return $"{who} is out of order or there twice";
            last = entry.Order;
            if (entry.SettledAt <= durable)
                yield return $"{who} was settled at {entry.SettledAt}, durable is {durable}, and it is back";
            if (entry.NotedAt <= durable && !isRedelivered)
                yield return $"{who} was delivered at {entry.NotedAt}, durable is {durable}, and it is not marked redelivered";
            if (!entry.MayBeRedelivered && isRedelivered)
                yield return $"{who} was never delivered and is marked redelivered";
        }
        HashSet<string> texts = [.. found.Select(message => message.Text)];
        foreach ((string text, Entry entry) in _entries.Where(entry => !texts.Contains(entry.Key)))
        {
            if (entry.PublishedAt <= durable && !entry.MayBeGone)
                yield return $"queue {Number}: {text.Split(' ')[0]}, published at {entry.PublishedAt}, durable is {durable}, is lost";
        }
    }

    /// <summary>
    /// Sets the model to the recovered messages. If <paramref name="isOnDisk"/> is true, the messages are durable now. Otherwise they are
    /// durable after the next commit.
    /// </summary>
    public void GoOn(IReadOnlyList<(string Text, bool IsRedelivered)> found, long durable, bool isOnDisk)
    {
        Unsettled.Clear();
        Dictionary<string, bool> present = found.ToDictionary(message => message.Text, message => message.IsRedelivered);
        foreach ((string text, Entry entry) in _entries.ToArray())
        {
            bool isHere = present.TryGetValue(text, out bool isRedelivered);
            if (!isHere && isOnDisk)
            {
                _entries.Remove(text);
                continue;
            }
            entry.PublishedAt = isOnDisk || entry.PublishedAt <= durable ? 0 : 1;
            entry.NotedAt = !isRedelivered ? Never : isOnDisk || entry.NotedAt <= durable ? 0 : 1;
            entry.MayBeRedelivered = isRedelivered || (!isHere && entry.MayBeRedelivered);
            entry.SettledAt = isHere ? Never : entry.SettledAt <= durable ? 0 : 1;
            entry.MayBeGone = !isHere;
        }
    }

    private sealed class Entry(int order)
    {
        public int Order { get; } = order;

        public long PublishedAt { get; set; }

        public bool MayBeGone { get; set; }

        public long SettledAt { get; set; } = Never;

        public bool MayBeRedelivered { get; set; }

        public long NotedAt { get; set; } = Never;
    }
}
