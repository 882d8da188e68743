using System.Text.Json;
using Amqp.Server.Broker.Diagnosis;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Management.Views;

/// <summary>The reasons why a queue delivers nothing, as JSON.</summary>
internal static class QueueExplanationView
{
    public static void Write(Utf8JsonWriter json, Queue queue, QueueExplanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("queue", queue.Name);
        json.WriteString("vhost", queue.VirtualHost);
        json.WriteString("status", explanation.Status);
        json.WriteNumber("deliver_rate", explanation.DeliveryRate);
        json.WriteNumber("messages_ready", explanation.Ready);
        json.WriteNumber("messages_unacknowledged", explanation.Unacknowledged);
        json.WriteNumber("consumers", explanation.Consumers);
        json.WriteStartArray("findings");
        foreach (var finding in explanation.Findings)
            Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, QueueFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("kind", finding.Kind);
        json.WriteString("text", finding.Text);
        if (finding.Advice is { } advice)
            json.WriteString("advice", advice);
        if (finding.Session is { } session)
        {
            json.WriteString("connection", session.Client.Origin.ConnectionName);
            json.WriteString("channel", session.Name);
            json.WriteString("user", session.Client.User.Name);
        }
        if (finding.Consumer is { } consumer)
            json.WriteString("consumer_tag", consumer.Tag);
        if (finding.Messages is { } messages)
            json.WriteNumber("messages", messages);
        if (finding.Duration is { } duration)
            json.WriteNumber("duration", duration);
        json.WriteEndObject();
    }
}
