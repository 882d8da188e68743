using System.Globalization;
using System.Net;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Events;

/// <summary>
/// Creates the details of events in the form of RabbitMQ's plugin rabbitmq_event_exchange. Some values are texts in Erlang's notation.
/// </summary>
internal static class EventFacts
{
    /// <summary>Approximate size of a value without its text, in bytes.</summary>
    private const int ValueSize = 48;

    /// <summary>Returns the approximate number of bytes that a table occupies.</summary>
    public static int SizeOf(FieldTable table)
    {
        if (table.Count == 0)
            return 0;
        long size = 0;
        foreach (var step in FieldWalk.Through(FieldValue.FromTable(table)))
            if (!step.IsEnd)
                size += ValueSize + (step.Name?.Length ?? 0) * sizeof(char)
                    + (step.Value.Type is FieldType.LongString or FieldType.ByteArray ? step.Value.AsBytes().Length : 0);
        return (int)Math.Min(size, int.MaxValue);
    }

    public static KeyValuePair<string, FieldValue> Fact(string name, string value) => new(name, FieldValue.FromString(value));

    public static KeyValuePair<string, FieldValue> Fact(string name, long value) => new(name, FieldValue.FromInt64(value));

    public static KeyValuePair<string, FieldValue> Fact(string name, bool value) => new(name, FieldValue.FromBoolean(value));

    public static KeyValuePair<string, FieldValue> Fact(string name, IEnumerable<string> values) =>
        new(name, FieldValue.FromArray([.. values.Select(value => FieldValue.FromString(value))]));

    /// <summary>Returns a detail whose value comes from JSON. Null becomes the text <c>null</c>.</summary>
    public static KeyValuePair<string, FieldValue> Json(string name, FieldValue value) => new(name, Plain(value));

    /// <summary>Returns a detail whose value is an array: each argument of a declaration as an Erlang term.</summary>
    public static KeyValuePair<string, FieldValue> Arguments(string name, FieldTable table) => Fact(name, table.Select(Term));

    /// <summary>
    /// Returns a detail with an IP address as an Erlang tuple of numbers. A text that is not an IP address stays unchanged.
    /// </summary>
    public static KeyValuePair<string, FieldValue> Address(string name, string address) =>
        Fact(name, IPAddress.TryParse(address, out var ip) ? Term(ip) : address);

    /// <summary>Returns a detail with a text as an array of character codes. RabbitMQ sends some texts in this form.</summary>
    public static KeyValuePair<string, FieldValue> Characters(string name, string text) =>
        new(name, FieldValue.FromArray([.. text.Select(character => FieldValue.FromInt64(character))]));

    /// <summary>Returns the detail that names the user whose request this thread handles.</summary>
    public static KeyValuePair<string, FieldValue> Performed() => PerformedBy(BrokerEvents.Actor);

    /// <summary>Returns the detail that names this user as the actor.</summary>
    public static KeyValuePair<string, FieldValue> PerformedBy(string user) => Fact("user_who_performed_action", user);

    private static FieldValue Plain(FieldValue value) => FieldWalk.Fold(
        value,
        leaf => leaf.Type == FieldType.Void ? FieldValue.FromString("null") : leaf,
        (container, elements) => container.Type == FieldType.Array
            ? FieldValue.FromArray(elements)
            : FieldValue.FromTable(
                new FieldTable(container.AsTable().Zip(elements, (field, plain) => KeyValuePair.Create(field.Key, plain)))));

    /// <summary>Returns a field as an Erlang tuple of name, type and value. For a table or an array, the value is a list.</summary>
    private static string Term(KeyValuePair<string, FieldValue> field)
    {
        var text = new StringBuilder();
        bool isFirst = true; // true before the first element of a table or array
        foreach (var (name, value, isEnd) in FieldWalk.Through(field.Value))
        {
            if (isEnd)
            {
                text.Append("]}");
                isFirst = false;
                continue;
            }
            if (!isFirst)
                text.Append(',');
            text.Append('{');
            if ((text.Length == 1 ? field.Key : name) is { } given)
                text.Append(CultureInfo.InvariantCulture, $"<<\"{given}\">>,");
            text.Append(ArgumentTypes.NameOf(value.Type)).Append(',');
            if (value.IsContainer)
                text.Append('[');
            else
                text.Append(value.Type == FieldType.Boolean ? value.AsBoolean() ? "true" : "false" : ErlangText.Of(value)).Append('}');
            isFirst = value.IsContainer;
        }
        return text.ToString();
    }

    private static string Term(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        var numbers = octets.Length == 4
            ? octets.Select(octet => (int)octet)
            : octets.Chunk(2).Select(pair => pair[0] << 8 | pair[1]);
        return $"{{{string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}}}";
    }
}
