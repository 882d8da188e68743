using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Values;
using Amqp.Server.Logging;

namespace Amqp.Server.Management.Views;

/// <summary>Writes lines of the log and events as JSON. Times are in milliseconds since 1970-01-01 UTC.</summary>
internal static class RecentView
{
    public static void Write(Utf8JsonWriter json, RecentItem<LogLine> item)
    {
        var line = item.Value;
        json.WriteStartObject();
        json.WriteNumber("seq", item.Sequence);
        json.WriteNumber("time", line.Time.ToUnixTimeMilliseconds());
        json.WriteString("level", LogLevels.NameOf(line.Level));
        json.WriteString("category", LogCategories.NameOf(line.Category));
        json.WriteString("text", line.Text);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RecentItem<BrokerEvent> item)
    {
        var happened = item.Value;
        var facts = happened.Facts;
        json.WriteStartObject();
        json.WriteNumber("seq", item.Sequence);
        json.WriteNumber("time", happened.Time.ToUnixTimeMilliseconds());
        json.WriteString("name", happened.Name);
        if (UserOf(happened.Name, facts) is { } user)
            json.WriteString("user", user);
        else
            json.WriteNull("user");
        json.WriteStartObject("facts");
        foreach (var (name, value) in facts)
        {
            json.WritePropertyName(name);
            JsonFields.Write(json, IsCharacters(name, value) ? FieldValue.FromString(TextOf(value)) : value);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Returns the user who caused an event, or null if no user did.</summary>
    private static string? UserOf(string happened, FieldTable facts)
    {
        // A login names the user, but has no actor yet.
        string fact = happened.StartsWith("user.authentication.", StringComparison.Ordinal) ? "name" : "user_who_performed_action";
        return facts[fact] is { Type: FieldType.LongString } user && user.AsString() is { Length: > 0 } name
            && name != BrokerEvents.Nobody
                ? name
                : null;
    }

    /// <summary>True if a fact is a text in RabbitMQ's form, as codes of characters (<see cref="EventFacts.Characters"/>).</summary>
    private static bool IsCharacters(string name, FieldValue value) => name == "error" && value.Type == FieldType.Array;

    private static string TextOf(FieldValue characters)
    {
        var text = new StringBuilder();
        foreach (var character in characters.AsArray())
            text.Append((char)character.AsInteger());
        return text.ToString();
    }
}
