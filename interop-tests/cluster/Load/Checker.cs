using System.Diagnostics;

namespace Cluster.Load;

/// <summary>Compares what clients were told with what they received and what was in the queues at the end.</summary>
/// <param name="ledger">What the clients of a round did and saw, with all messages that were left in the queues.</param>
/// <param name="drained">When the clients had stopped, as a timestamp: what was received later was in the queues.</param>
internal sealed class Checker(Ledger ledger, long drained)
{
    private const int MostOfAKind = 10;

    private readonly List<string> _violations = [];

    /// <summary>Returns what the cluster did wrong.</summary>
    public IReadOnlyList<string> Check()
    {
        Dictionary<string, HashSet<MessageId>> all = Topology.Queues.ToDictionary(queue => queue, _ => new HashSet<MessageId>());
        Dictionary<string, HashSet<MessageId>> left = Topology.Queues.ToDictionary(queue => queue, _ => new HashSet<MessageId>());
        foreach (ReceivedMessage message in ledger.Received)
        {
            all[message.Queue].Add(message.Id);
            if (message.Time > drained)
                left[message.Queue].Add(message.Id);
        }
        Report("confirmed, and lost", Lost(left));
        Report("never sent, or not to this queue, and received", Invented());
        Report("settled, and back", Returned());
        Report("out of order", Disordered());
        Report("twice in a queue", Doubled());
        Report("confirmed by two leaders at once", ConfirmedByTwoLeaders());
        Report("seen by a client", ledger.Remarks);
        return _violations;
    }

    /// <summary>Number of messages that came again without the mark of a redelivery.</summary>
    public int CountUnmarked() => ledger.Received.Where(one => !one.IsRedelivered).GroupBy(one => (one.Queue, one.Id))
        .Count(group => group.Count() > 1);

    private IEnumerable<string> Lost(Dictionary<string, HashSet<MessageId>> left)
    {
        foreach ((MessageId id, SentMessage message) in ledger.Sent.Where(one => one.Value.Outcome == Outcome.Confirmed))
        {
            if (message.Route == Topology.Transient)
                continue;
            string[] queues = message.Route == Topology.All ? [Topology.Work, Topology.Rejecting, Topology.Kept] : [message.Route];
            foreach (string queue in queues)
            {
                bool isThere = left[queue].Contains(id)
                    || (queue == Topology.Rejecting && left[Topology.Dead].Contains(id))
                    || (queue == Topology.Work && ledger.Answered.Contains((queue, id)));
                if (!isThere)
                    yield return $"{id} of {queue}, sent {At(message.Sent)} to {message.Connection.Leader}{Story(queue, id)}";
            }
        }
    }

    private IEnumerable<string> Invented() => ledger.Received
        .Where(one => !ledger.Sent.TryGetValue(one.Id, out SentMessage? sent) || sent.Outcome == Outcome.NotCommitted
            || !(sent.Route == Topology.All || sent.Route == one.Queue || (one.Queue == Topology.Dead && sent.Route == Topology.Rejecting)))
        .Select(one => $"{one.Id} in {one.Queue}{(ledger.Sent.ContainsKey(one.Id) ? ", of a transaction that was not committed" : "")}");

    /// <summary>
    /// A connection to a leader that has lost its place may still carry a delivery, so only connections that were opened later count.
    /// </summary>
    private IEnumerable<string> Returned() => ledger.Received
        .Where(one => ledger.Settled.TryGetValue((one.Queue, one.Id), out long settled) && one.Connection.Opened > settled)
        .Select(one => $"{one.Id} in {one.Queue}, settled {At(ledger.Settled[(one.Queue, one.Id)])}, back {At(one.Time)}");

    /// <summary>
    /// A publisher that has given a connection up goes on with another one, and the broker may read the rest of the first one later. So
    /// the order holds for each connection.
    /// </summary>
    private IEnumerable<string> Disordered()
    {
        var highest = new Dictionary<(string Queue, int Consumer, int Publisher), int>();
        foreach (ReceivedMessage message in ledger.Received.Where(one => !one.IsRedelivered && one.Queue != Topology.Dead))
        {
            if (!ledger.Sent.TryGetValue(message.Id, out SentMessage? sent))
                continue;
            var key = (message.Queue, message.Connection.Number, sent.Connection.Number);
            if (highest.TryGetValue(key, out int before) && message.Id.Number < before)
                yield return $"{message.Id} in {message.Queue} after {before}, {At(message.Time)}, connection {message.Connection.Number}";
            highest[key] = Math.Max(before, message.Id.Number);
        }
    }

    /// <summary>Messages of a queue without a consumer that were there twice. They were sent once.</summary>
    private IEnumerable<string> Doubled() => ledger.Received.Where(one => one.Queue == Topology.Kept)
        .GroupBy(one => (one.Id, one.Connection.Number)).Where(group => group.Count() > 1).Select(group => $"{group.Key.Id}");

    /// <summary>
    /// A leader that loses its place closes its connections. So no other leader may confirm what was sent after a connection was opened,
    /// before the connection confirms what is sent still later. A late confirm of what was sent earlier is no fault.
    /// </summary>
    private IEnumerable<string> ConfirmedByTwoLeaders()
    {
        foreach (IGrouping<ClientConnection, ReceivedConfirm> own in ledger.Confirms.GroupBy(one => one.Message.Connection))
        {
            ClientConnection connection = own.Key;
            ReceivedConfirm last = own.MaxBy(one => one.Message.Sent)!;
            ReceivedConfirm? between = ledger.Confirms.FirstOrDefault(one => one.Message.Connection.Leader != connection.Leader
                && one.Message.Sent > connection.Opened && one.Time < last.Message.Sent);
            if (between is not null)
                yield return $"{connection.Leader}, connection {connection.Number} of {At(connection.Opened)}, confirmed {last.Id}, sent "
                    + $"{At(last.Message.Sent)}, after {between.Message.Connection.Leader} had confirmed {between.Id} {At(between.Time)}";
        }
    }

    private string Story(string queue, MessageId id)
    {
        IEnumerable<string> deliveries = ledger.Received.Where(one => one.Id == id && (one.Queue == queue || one.Queue == Topology.Dead))
            .Select(one => $"; received from {one.Queue} {At(one.Time)} by connection {one.Connection.Number} to {one.Connection.Leader}");
        return string.Concat(deliveries) + (ledger.Answered.Contains((queue, id)) ? "; answered" : "");
    }

    private static string At(long time) => (DateTime.Now - Stopwatch.GetElapsedTime(time)).ToString("HH:mm:ss.fff");

    private void Report(string kind, IEnumerable<string> found)
    {
        string[] messages = [.. found];
        if (messages.Length > 0)
            _violations.Add($"{kind}: {messages.Length}\n    {string.Join("\n    ", messages.Take(MostOfAKind))}");
    }
}
