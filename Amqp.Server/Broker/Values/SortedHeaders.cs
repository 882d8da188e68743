using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Adds fields to headers. As in RabbitMQ, headers that the broker changes are sorted by name.</summary>
internal static class SortedHeaders
{
    /// <summary>Returns the table with a field added or replaced.</summary>
    public static FieldTable With(FieldTable headers, string name, FieldValue value) =>
        Sort(headers.Where(field => field.Key != name).Append(new(name, value)));

    /// <summary>Returns the fields sorted by name.</summary>
    public static FieldTable Sort(IEnumerable<KeyValuePair<string, FieldValue>> fields) =>
        new(fields.OrderBy(field => field.Key, StringComparer.Ordinal));
}
