using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Headers that the broker itself adds to: as in RabbitMQ the table comes out sorted by name.</summary>
internal static class SortedHeaders
{
    /// <summary>The table with a field more, or with another value of it.</summary>
    public static FieldTable With(FieldTable headers, string name, FieldValue value) =>
        Sort(headers.Where(field => field.Key != name).Append(new(name, value)));

    /// <summary>The fields by their names.</summary>
    public static FieldTable Sort(IEnumerable<KeyValuePair<string, FieldValue>> fields) => new(fields.OrderBy(field => field.Key, StringComparer.Ordinal));
}
