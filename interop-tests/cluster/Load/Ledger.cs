using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Cluster.Load;

/// <summary>What became of a message, as its publisher knows it.</summary>
internal enum Outcome
{
    /// <summary>It was sent, and its confirm did not come.</summary>
    Unknown,
    Confirmed,

    /// <summary>The broker has refused it, so it may be there or not.</summary>
    Refused,

    /// <summary>It was sent in a transaction that was never committed.</summary>
    NotCommitted,
}

/// <summary>A message that was sent.</summary>
internal sealed class SentMessage
{
    public required string Route { get; init; }

    /// <summary>When it was sent, as a timestamp.</summary>
    public required long Sent { get; init; }

    /// <summary>The publisher's connection.</summary>
    public required ClientConnection Connection { get; init; }

    public Outcome Outcome { get; set; }
}

/// <summary>A message that was received.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Id">The message.</param>
/// <param name="IsRedelivered">The flag of the delivery.</param>
/// <param name="Time">When it came.</param>
/// <param name="Connection">The consumer's connection.</param>
internal sealed record ReceivedMessage(string Queue, MessageId Id, bool IsRedelivered, long Time, ClientConnection Connection);

/// <summary>A confirm that came.</summary>
/// <param name="Id">The message.</param>
/// <param name="Message">What was sent.</param>
/// <param name="Time">When the confirm came, as a timestamp.</param>
internal sealed record ReceivedConfirm(MessageId Id, SentMessage Message, long Time);

/// <summary>The name of a message.</summary>
internal readonly record struct MessageId(int Round, int Publisher, int Number)
{
    public static MessageId? Read(ReadOnlySpan<byte> body)
    {
        string text = Encoding.ASCII.GetString(body);
        string[] parts = text.Split(' ')[0].Split(':');
        return parts is [var round, var publisher, var number]
            && int.TryParse(round, CultureInfo.InvariantCulture, out int a)
            && int.TryParse(publisher, CultureInfo.InvariantCulture, out int b)
            && int.TryParse(number, CultureInfo.InvariantCulture, out int c)
            ? new MessageId(a, b, c)
            : null;
    }

    /// <summary>Returns the body of the message: the name, and spaces up to a size.</summary>
    public byte[] ToBody(int size) => Encoding.ASCII.GetBytes(ToString().PadRight(size));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Round}:{Publisher}:{Number}");
}

/// <summary>What the clients of a round have done and seen. Thread-safe.</summary>
internal sealed class Ledger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MessageId, SentMessage> _sent = [];
    private readonly List<ReceivedConfirm> _confirms = [];
    private readonly List<ReceivedMessage> _received = [];
    private readonly Dictionary<(string Queue, MessageId Id), long> _settled = [];
    private readonly HashSet<(string Queue, MessageId Id)> _answered = [];
    private readonly List<string> _remarks = [];
    private readonly Dictionary<int, int> _confirmsOfPublisher = [];

    public IReadOnlyDictionary<MessageId, SentMessage> Sent => _sent;

    public IReadOnlyList<ReceivedConfirm> Confirms => _confirms;

    public IReadOnlyList<ReceivedMessage> Received => _received;

    /// <summary>Messages that were settled for sure, and when that was known.</summary>
    public IReadOnlyDictionary<(string Queue, MessageId Id), long> Settled => _settled;

    /// <summary>Messages that may be settled: an acknowledgement or rejection was sent.</summary>
    public IReadOnlySet<(string Queue, MessageId Id)> Answered => _answered;

    /// <summary>Violations that a client saw itself.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    public int CountConfirmed(int publisher)
    {
        lock (_lock)
            return _confirmsOfPublisher.GetValueOrDefault(publisher);
    }

    /// <summary>True if another broker than one has confirmed a message that was sent since a time.</summary>
    public bool HasConfirmed(string notBy, long since)
    {
        lock (_lock)
            return _confirms.Exists(one => one.Message.Connection.Leader != notBy && one.Message.Sent > since);
    }

    public void AddSent(MessageId id, string route, ClientConnection connection, Outcome outcome)
    {
        lock (_lock)
            _sent.Add(id, new SentMessage { Route = route, Sent = Stopwatch.GetTimestamp(), Connection = connection, Outcome = outcome });
    }

    public void SetOutcome(IEnumerable<MessageId> ids, Outcome outcome)
    {
        long now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            foreach (MessageId id in ids)
            {
                SentMessage message = _sent[id];
                message.Outcome = outcome;
                if (outcome != Outcome.Confirmed)
                    continue;
                _confirms.Add(new ReceivedConfirm(id, message, now));
                _confirmsOfPublisher[id.Publisher] = _confirmsOfPublisher.GetValueOrDefault(id.Publisher) + 1;
            }
        }
    }

    public void AddReceived(ReceivedMessage message)
    {
        lock (_lock)
            _received.Add(message);
    }

    public void AddAnswered(string queue, IEnumerable<MessageId> ids)
    {
        lock (_lock)
            _answered.UnionWith(ids.Select(id => (queue, id)));
    }

    public void AddSettled(string queue, IEnumerable<MessageId> ids)
    {
        long now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            foreach (MessageId id in ids)
                _settled.TryAdd((queue, id), now);
        }
    }

    public void AddRemark(string text)
    {
        lock (_lock)
            _remarks.Add(text);
    }
}
