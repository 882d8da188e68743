using Amqp.Protocol;
using Amqp.Server.Logging;

namespace Amqp.Server.Broker.Events;

/// <summary>Keeps the last events in memory, for the HTTP API. Thread-safe.</summary>
/// <remarks>Also keeps changes over the HTTP API, which are no events of RabbitMQ and so reach no other listener.</remarks>
/// <param name="most">Maximum number of events; 0 keeps none, so that no events are created for this listener.</param>
/// <param name="clock">Clock of the changes over the HTTP API.</param>
internal sealed class RecentEvents(int most, TimeProvider clock) : IBrokerEventListener
{
    /// <summary>Maximum total size of all events, in bytes. A client decides about the size of its properties and arguments.</summary>
    private const int MostBytes = 4 << 20;

    /// <summary>Approximate size of an event without the values of its facts, in bytes.</summary>
    private const int EventSize = 400;

    /// <summary>
    /// Begin of the names of events that a change of one policy raises for each of its queues. They would displace all other events, and
    /// the event of the policy itself is kept.
    /// </summary>
    private const string QueuePolicy = "queue.policy.";

    /// <summary>The last events.</summary>
    public RecentItems<BrokerEvent> Items { get; } = new(most, MostBytes, clock.GetUtcNow());

    /// <inheritdoc/>
    public bool IsListening => most > 0;

    /// <inheritdoc/>
    public void Hear(BrokerEvent happened)
    {
        if (!happened.Name.StartsWith(QueuePolicy, StringComparison.Ordinal))
            Items.Add(happened, EventSize + happened.Size);
    }

    /// <summary>Keeps an event that other listeners do not receive.</summary>
    public void Add(string name, params IEnumerable<KeyValuePair<string, FieldValue>> facts) =>
        Hear(new BrokerEvent(name, clock.GetUtcNow(), new FieldTable(facts)));
}
