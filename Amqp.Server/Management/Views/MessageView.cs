using System.Text.Json;
using System.Text.Unicode;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Views;

/// <summary>A message in a queue as JSON, with its place and a preview of its payload.</summary>
internal static class MessageView
{
    private const int MaxCharacter = 4; // maximum bytes of a character in UTF-8

    /// <summary>Writes a message with its position.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="queue">Queue of the message.</param>
    /// <param name="message">The message.</param>
    /// <param name="position">
    /// Position in the queue. The next message to deliver has position 0. Null if the message is unacknowledged.
    /// </param>
    /// <param name="isTextWanted">True to write a payload that is valid UTF-8 as text.</param>
    public static void WriteReady(Utf8JsonWriter json, Queue queue, PeekedMessage message, long? position, bool isTextWanted)
    {
        json.WriteStartObject();
        if (position is { } known)
            json.WriteNumber("position", known);
        else
            json.WriteNull("position");
        WriteFields(json, queue, message, isTextWanted);
        json.WriteEndObject();
    }

    /// <summary>Writes an unacknowledged message.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="session">Session that has received the message.</param>
    /// <param name="delivery">The delivery.</param>
    /// <param name="age">Time in milliseconds for which the message has been unacknowledged at least; null if unknown.</param>
    /// <param name="message">The message.</param>
    /// <param name="isTextWanted">True to write a payload that is valid UTF-8 as text.</param>
    public static void WriteUnacknowledged(
        Utf8JsonWriter json, BrokerSession session, in Delivery delivery, long? age, PeekedMessage message, bool isTextWanted)
    {
        json.WriteStartObject();
        json.WriteString("channel", session.Name);
        json.WriteString("connection", session.Client.Origin.ConnectionName);
        json.WriteNumber("channel_number", session.Number);
        json.WriteString("user", session.Client.User.Name);
        if (delivery.Consumer is { } consumer)
            json.WriteString("consumer_tag", consumer.Tag);
        else
            json.WriteNull("consumer_tag"); // taken by basic.get
        json.WriteNumber("delivery_tag", delivery.Tag);
        if (age is { } known)
            json.WriteNumber("unacknowledged_for", known);
        WriteFields(json, delivery.Queue!, message, isTextWanted);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a decoded message that do not depend on where it is stored.</summary>
    public static void WriteContent(Utf8JsonWriter json, PeekedMessage message, bool isTextWanted)
    {
        if (message.Content is not { } content)
        {
            json.WriteString("unreadable", message.Unreadable);
            return;
        }
        json.WriteString("exchange", content.Exchange);
        json.WriteString("routing_key", content.RoutingKey);
        json.WritePropertyName("properties");
        PropertiesView.Write(json, content.Properties);
        json.WriteNumber("payload_bytes", message.BodyLength);
        bool isCutText = isTextWanted && message.BodyLength > message.Body.Length;
        JsonPayload.Write(json, isCutText ? Whole(message.Body) : message.Body, isTextWanted);
    }

    private static void WriteFields(Utf8JsonWriter json, Queue queue, PeekedMessage message, bool isTextWanted)
    {
        var settings = queue.Settings;
        var entry = settings.CountsDeliveries ? RedeliveredMark.SetIfRequeued(message.Entry, message.Requeues) : message.Entry;
        json.WriteString("message", message.Place.ToString());
        json.WriteBoolean("redelivered", entry.IsRedelivered);
        if (settings.CountsDeliveries)
            json.WriteNumber("delivery_count", MessageNote.Requeues(entry));
        json.WriteNumber("priority", settings.MaxPriority > 0 ? MessageNote.Priority(entry) : 0);
        json.WriteBoolean("persistent", entry.IsPersistent);
        json.WriteNumber("stored_bytes", entry.Length);
        if (message.Stamp is { } stamp)
        {
            json.WriteNumber("published_at", stamp.Published);
            json.WriteNumber("age", Math.Max(0, queue.Host.Services.Timer.Now - stamp.Published));
            if (stamp.DueTime(settings.MessageTtl) is { } due)
                json.WriteNumber("expires_at", due);
        }
        WriteContent(json, message, isTextWanted);
    }

    /// <summary>Returns the beginning of a payload without the last character, if that is incomplete.</summary>
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> payload)
    {
        for (int cut = 1; cut < Math.Min(MaxCharacter, payload.Length) && !Utf8.IsValid(payload); cut++)
        {
            if (Utf8.IsValid(payload[..^cut]))
                return payload[..^cut];
        }
        return payload;
    }
}
