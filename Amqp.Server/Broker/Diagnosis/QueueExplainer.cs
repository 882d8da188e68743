using System.Globalization;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Broker.Diagnosis;

/// <summary>Explains why a queue delivers nothing, or not to all consumers. Changes nothing. Used once, by one thread.</summary>
/// <remarks>The states are read one after the other, so a finding can be outdated by a few milliseconds.</remarks>
/// <param name="queue">The queue.</param>
/// <param name="sessions">The sessions in the virtual host of the queue.</param>
/// <param name="alarms">The alarms that block publishers.</param>
internal sealed class QueueExplainer(Queue queue, IEnumerable<BrokerSession> sessions, ResourceAlarms alarms)
{
    private const int MaxHolders = 10; // maximum number of findings about clients with unacknowledged messages
    private const int MaxConsumers = 100; // maximum number of findings about consumers

    private readonly QueueCondition _now = queue.Status.Condition;
    private readonly List<QueueFinding> _findings = [];
    private List<(BrokerSession Session, UnacknowledgedShare Share)>? _holders;

    private QueueVitals Vitals => _now.Vitals;

    /// <summary>Sessions with unacknowledged messages of the queue, those with the most messages first.</summary>
    private List<(BrokerSession Session, UnacknowledgedShare Share)> Holders => _holders ??=
    [
        .. sessions.SelectMany(session => session.Deliveries.SharesOf(queue).Select(share => (session, share)))
            .OrderByDescending(holder => holder.share.Count),
    ];

    /// <summary>Explains the queue.</summary>
    /// <param name="times">Times of the last two samples of the statistics.</param>
    public QueueExplanation Explain((long Last, long Before) times)
    {
        double rate = queue.Traffic.Samples?.Rate(StatisticRows.QueueDelivered, times.Last, times.Before) ?? 0;
        ExplainQueue(rate);
        if (!Vitals.IsCrashed)
        {
            ExplainMessages();
            ExplainConsumers();
        }
        ExplainRest();
        string status = rate > 0 ? "delivering" : Vitals is { Ready: 0, Unacknowledged: 0 } ? "empty" : "not_delivering";
        return new QueueExplanation(status, rate, Vitals.Ready, Vitals.Unacknowledged, _now.Consumers.Count, _findings);
    }

    /// <summary>Returns a number of messages in words.</summary>
    public static string Messages(long count) =>
        count == 1 ? "1 message" : string.Create(CultureInfo.InvariantCulture, $"{count} messages");

    private void ExplainQueue(double rate)
    {
        if (rate > 0)
            Add("delivering", string.Create(CultureInfo.InvariantCulture, $"The queue delivers {rate:0.#} messages per second."));
        if (Vitals.IsCrashed)
            Add(
                "queue_crashed",
                "The queue has stopped after an unexpected error. Its consumers were cancelled, and its messages are kept.",
                Vitals.IsQuarantineFull
                    ? $"Too many messages are quarantined. Return or drop some: amqpbroker queues quarantine list '{queue.Name}'. "
                        + $"Then restart the queue: amqpbroker queues restart '{queue.Name}'"
                    : $"Look for the error in the log, and restart the queue: amqpbroker queues restart '{queue.Name}'");
        if (Vitals.IsUnreadable)
            Add(
                "queue_unreadable",
                "The next message cannot be read from the disk. The broker tries again every second.",
                "Look for the error in the log, and check the disk.");
    }

    private void ExplainMessages()
    {
        if (Vitals is { Ready: 0, Unacknowledged: 0 })
            Add(
                "queue_empty",
                queue.Settings.MessageTtl is { } ttl
                    ? string.Create(CultureInfo.InvariantCulture, $"The queue has no messages. Its messages expire after {ttl} ms.")
                    : "The queue has no messages.",
                "If messages were published, ask for their way: amqpbroker route explain EXCHANGE KEY");
        else if (Vitals.Ready == 0)
            ExplainHolders();
    }

    /// <summary>Names the clients that have all messages of the queue.</summary>
    private void ExplainHolders()
    {
        Add(
            "all_unacknowledged",
            $"No message is ready: {Messages(Vitals.Unacknowledged)} {(Vitals.Unacknowledged == 1 ? "is" : "are")} unacknowledged.",
            $"Look at them: amqpbroker queues peek '{queue.Name}' --unacked", messages: Vitals.Unacknowledged);
        foreach (var (session, share) in Holders.Take(MaxHolders))
            _findings.Add(new QueueFinding(
                "unacknowledged",
                share.Consumer is { } consumer
                    ? $"{ConsumerExplainer.Name(consumer)} has {Messages(share.Count)}{ConsumerExplainer.For(share.Age)}."
                    : $"A basic.get on channel {session.Name} took {Messages(share.Count)}{ConsumerExplainer.For(share.Age)}.",
                "The client must acknowledge or return them, or close its channel.")
            {
                Session = session,
                Consumer = share.Consumer,
                Messages = share.Count,
                Duration = share.Age,
            });
    }

    private void ExplainConsumers()
    {
        if (_now.Consumers.Count == 0)
            Add(
                "no_consumers",
                queue.Declaration.Owner is null
                    ? "The queue has no consumers."
                    : $"The queue has no consumers, and only its owner can consume it: connection {queue.Declaration.Owner}.",
                "Start a client that consumes the queue.");
        foreach (var each in _now.Consumers.Take(MaxConsumers))
        {
            if (each.Consumer is SessionConsumer consumer)
                _findings.Add(new ConsumerExplainer(_now, each, consumer).Explain(() => Holders));
        }
    }

    private void ExplainRest()
    {
        if (Vitals.DeadLetters > 0)
            Add(
                "dead_letters_waiting",
                $"{Messages(Vitals.DeadLetters)} wait to be dead-lettered to exchange '{queue.Settings.DeadLetterExchange}'."
                    + (!Vitals.AreDeadLettersHeldUp ? "" : alarms.IsDiskShort
                        ? " They wait for the end of the disk alarm. Until then, no message of the queue expires or is dropped."
                        : " The last attempt failed. Until one succeeds, no message of the queue expires or is dropped."),
                Vitals.AreDeadLettersHeldUp ? "Look for the reason in the log, and free disk space if it is short." : null,
                messages: Vitals.DeadLetters);
        if (Vitals.Quarantined > 0)
            Add(
                "messages_quarantined",
                $"{Messages(Vitals.Quarantined)} could not be processed, and {(Vitals.Quarantined == 1 ? "is" : "are")} not delivered.",
                $"List them: amqpbroker queues quarantine list '{queue.Name}'", messages: Vitals.Quarantined);
        if (Vitals.IsFull)
            Add(
                "queue_full",
                queue.Settings.Overflow == Overflow.DropHead
                    ? "The queue has reached its length limit: each new message drops the oldest one."
                    : "The queue has reached its length limit, and refuses new messages.",
                "Consume or purge messages, or raise max-length or max-length-bytes.");
        if (alarms.Reason is { } reason)
            Add(
                "publishers_blocked",
                $"The broker is {reason}: publishers are blocked, so no new messages arrive. Consumers are served.",
                alarms.IsDiskShort ? "Free disk space." : "Consume messages, or raise vm_memory_high_watermark.");
    }

    private void Add(string kind, string text, string? advice = null, long? messages = null) =>
        _findings.Add(new QueueFinding(kind, text, advice) { Messages = messages });
}
