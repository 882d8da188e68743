using System.Text;

namespace AmqpBroker.Embedded;

/// <summary>A message that was taken from a queue.</summary>
public sealed class BrokerMessage
{
    internal BrokerMessage(
        byte[] body, string exchange, string routingKey, bool isRedelivered, IReadOnlyDictionary<string, object?> properties)
    {
        (Body, Exchange, RoutingKey, IsRedelivered, Properties) = (body, exchange, routingKey, isRedelivered, properties);
    }

    /// <summary>Bytes of the body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body, read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.ToArray());

    /// <summary>Exchange to which the message was published; empty for the default exchange.</summary>
    public string Exchange { get; }

    /// <summary>Routing key of the message.</summary>
    public string RoutingKey { get; }

    /// <summary>True if the message was delivered before and returned to its queue.</summary>
    public bool IsRedelivered { get; }

    /// <summary>
    /// Properties of the message, by their names in the HTTP API, such as <c>content_type</c>, <c>delivery_mode</c> and <c>headers</c>.
    /// Values are texts, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, null, lists and dictionaries.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Properties { get; }
}
