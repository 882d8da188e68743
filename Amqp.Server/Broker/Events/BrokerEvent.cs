using Amqp.Protocol;

namespace Amqp.Server.Broker.Events;

/// <summary>An event of the broker, such as the declaration of a queue. Immutable.</summary>
internal sealed class BrokerEvent
{
    private readonly Func<IEnumerable<KeyValuePair<string, FieldValue>>> _facts;

    /// <param name="name">RabbitMQ's name of the event, such as <c>queue.created</c>.</param>
    /// <param name="time">Time of the event.</param>
    /// <param name="facts">Details of the event, with RabbitMQ's names.</param>
    public BrokerEvent(string name, DateTimeOffset time, FieldTable facts)
        : this(name, time, EventFacts.SizeOf(facts), () => facts)
    {
    }

    /// <param name="name">RabbitMQ's name of the event, such as <c>queue.created</c>.</param>
    /// <param name="time">Time of the event.</param>
    /// <param name="size">Number of bytes that the details refer to.</param>
    /// <param name="facts">Returns the details of the event, from values that do not change.</param>
    public BrokerEvent(string name, DateTimeOffset time, int size, Func<IEnumerable<KeyValuePair<string, FieldValue>>> facts) =>
        (Name, Time, Size, _facts) = (name, time, size, facts);

    /// <summary>RabbitMQ's name of the event, such as <c>queue.created</c>.</summary>
    public string Name { get; }

    /// <summary>Time of the event.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Number of bytes that the details refer to.</summary>
    public int Size { get; }

    /// <summary>Details of the event, with RabbitMQ's names. Created at each call, because most events are never read.</summary>
    public FieldTable Facts => _facts() switch
    {
        FieldTable table => table,
        var facts => new FieldTable(facts),
    };
}
