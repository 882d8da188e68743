using System.Globalization;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Diagnosis;

/// <summary>Explains why one consumer of a queue takes messages, or does not.</summary>
/// <param name="queue">State of the queue.</param>
/// <param name="state">State of the consumer.</param>
/// <param name="consumer">The consumer.</param>
internal sealed class ConsumerExplainer(QueueCondition queue, ConsumerCondition state, SessionConsumer consumer)
{
    private readonly string _name = Name(consumer);

    /// <summary>Returns the name of a consumer, at the beginning of a sentence.</summary>
    public static string Name(SessionConsumer consumer) => $"Consumer '{consumer.Tag}' on channel {consumer.Session.Name}";

    /// <summary>Returns a duration in words, to follow a state; empty if the duration is unknown.</summary>
    /// <param name="milliseconds">Minimum time that the state has lasted.</param>
    public static string For(long? milliseconds) => milliseconds is not { } known ? "" : string.Create(
        CultureInfo.InvariantCulture, $", for at least {(known < 120_000 ? $"{known / 1000} s" : $"{known / 60_000} min")}");

    /// <summary>Explains the consumer.</summary>
    /// <param name="holders">Returns the sessions that have unacknowledged messages. Called only if needed.</param>
    public QueueFinding Explain(Func<IEnumerable<(BrokerSession Session, UnacknowledgedShare Share)>> holders)
    {
        if (queue.Active is { } active && !ReferenceEquals(active, consumer))
            return Find(
                "single_active_elsewhere",
                active is SessionConsumer other
                    ? $"{_name} waits: only the queue's single active consumer is served, '{other.Tag}' on channel {other.Session.Name}."
                    : $"{_name} waits: only the queue's single active consumer is served.");
        if (consumer.Session.Client.Brake.State == "blocked")
            return Find(
                "connection_blocked",
                $"{_name}: its connection also publishes and is blocked by an alarm. The broker does not read its acknowledgements.",
                "Consume and publish on separate connections.");
        return consumer.Hold switch
        {
            ConsumerHold.Output => Find(
                "output_full",
                $"{_name} gets nothing, because its connection does not read: too many octets wait to be sent.",
                "Check if the client is stuck or the network is slow. A prefetch limit keeps the output of a slow client short."),
            ConsumerHold.Prefetch => Prefetched(
                holders, "prefetch_full", $"has reached its prefetch limit of {consumer.Prefetch}", "raise its prefetch limit"),
            ConsumerHold.SessionPrefetch => Prefetched(
                holders, "channel_prefetch_full",
                "has reached the prefetch limit of its channel, which all consumers of the channel share",
                "raise the limit"),
            _ => ExplainFree(),
        };
    }

    /// <summary>Explains a consumer that has free capacity.</summary>
    private QueueFinding ExplainFree()
    {
        if (state.IsParked)
            return Find(
                "consumer_paused", $"{_name} takes no message at the moment: it is about to continue, or its connection is closing.");
        bool isBehind = queue.Active is null
            && queue.Consumers.Any(other => !other.IsParked && other.Consumer.Priority > consumer.Priority);
        return isBehind
            ? Find("lower_priority", $"{_name} gets nothing while a consumer of a higher priority can take messages.")
            : Find("consumer_ready", $"{_name} can take messages.");
    }

    private QueueFinding Prefetched(
        Func<IEnumerable<(BrokerSession Session, UnacknowledgedShare Share)>> holders, string kind, string reason, string remedy)
    {
        var shares = holders().Where(holder => holder.Session == consumer.Session);
        if (kind == "prefetch_full")
            shares = shares.Where(holder => ReferenceEquals(holder.Share.Consumer, consumer));
        var (count, age) = (shares.Sum(holder => holder.Share.Count), shares.Max(holder => holder.Share.Age));
        string oldest = age is null ? "" : $"; the oldest is unacknowledged{For(age)}";
        return Find(
            kind,
            $"{_name} {reason}: {QueueExplainer.Messages(count)} of this queue are unacknowledged{oldest}.",
            $"The client must acknowledge messages, or {remedy}.") with
        {
            Messages = count,
            Duration = age,
        };
    }

    private QueueFinding Find(string kind, string text, string? advice = null) =>
        new(kind, text, advice) { Session = consumer.Session, Consumer = consumer };
}
