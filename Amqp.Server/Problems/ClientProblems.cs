using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Connections;

namespace Amqp.Server.Problems;

/// <summary>Finds the problems of connections and consumers. Used once, by one thread.</summary>
/// <param name="alarms">The alarms that block publishers.</param>
/// <param name="clock">Clock of the consumers.</param>
/// <param name="longest">Time in milliseconds for which a consumer may hold messages without settling one.</param>
internal sealed class ClientProblems(ResourceAlarms alarms, CoarseClock clock, long longest)
{
    private readonly Dictionary<string, Worst<(SessionConsumer Consumer, int Unacknowledged, long Since)>> _holding = [];
    private readonly Dictionary<string, (int Count, long Since)> _blocked = [];
    private readonly long _now = clock.Now;

    /// <summary>Finds the problems, those of each virtual host in groups of their own.</summary>
    public IEnumerable<ProblemGroup> Find(IEnumerable<AmqpConnection> connections)
    {
        foreach (var connection in connections)
        {
            if (connection.Client is not { } client)
                continue;
            if (client.Brake.BlockedSince is { } since)
                NoteBlocked(client.VirtualHost.Name, since);
            foreach (var session in connection.Sessions)
                foreach (var consumer in session.Consumers.All)
                    Look(consumer);
        }
        return _blocked.Select(host => ProblemGroup.Of(Blocked(host.Key, host.Value.Count, host.Value.Since)))
            .Concat(_holding.Select(host => new ProblemGroup(
                [.. host.Value.Items.Select(found => Holding(found.Consumer, found.Unacknowledged, found.Since))], host.Value.Count,
                "consumers that acknowledge nothing")));
    }

    private void NoteBlocked(string host, long since)
    {
        _blocked[host] = _blocked.TryGetValue(host, out var known) ? (known.Count + 1, Math.Min(known.Since, since)) : (1, since);
    }

    private void Look(SessionConsumer consumer)
    {
        var (unacknowledged, since) = consumer.Holding;
        if (unacknowledged == 0 || _now - since < longest)
            return;
        string host = consumer.Queue.VirtualHost;
        if (!_holding.TryGetValue(host, out var worst))
            _holding.Add(host, worst = new(ProblemGroup.Most));
        worst.Add((consumer, unacknowledged, since), _now - since);
    }

    private Problem Blocked(string host, int count, long since)
    {
        string text = alarms.Reason is { } reason
            ? $"{Words.Count(count, "connection")} in virtual host '{host}' {(count == 1 ? "is" : "are")} blocked, because the broker is "
                + $"{reason}."
            : $"{Words.Count(count, "connection")} in virtual host '{host}' {(count == 1 ? "was" : "were")} blocked until now.";
        return new Problem("connections_blocked", Severity.Info, "vhost", host, text, "They go on when the alarm ends.")
        {
            VirtualHost = host,
            Since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (Environment.TickCount64 - since),
            Count = count,
        };
    }

    private Problem Holding(SessionConsumer consumer, int unacknowledged, long since)
    {
        var client = consumer.Session.Client;
        string end = client.ConsumerTimeoutOf(consumer.Queue) is { } timeout
            ? $" When a message is unacknowledged for {Words.Time(timeout)}, the broker closes the channel and requeues its messages."
            : "";
        return new Problem(
            "consumer_acknowledges_nothing", Severity.Warning, "consumer", consumer.Tag,
            $"Consumer '{consumer.Tag}' of queue '{consumer.Queue.Name}' holds {Words.Count(unacknowledged, "message")} and has "
                + $"acknowledged none for {Words.Time(_now - since)}. It is on channel {consumer.Session.Name} of user "
                + $"'{client.User.Name}'.",
            $"Check if the client is stuck. If its connection is closed, its messages return to the queue.{end}")
        {
            VirtualHost = consumer.Queue.VirtualHost,
            Since = clock.ToUnix(since),
            Consumer = new ConsumerPlace(consumer.Queue.Name, consumer.Session.Name, client.Origin.ConnectionName),
        };
    }
}
