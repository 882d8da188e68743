using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Views;

/// <summary>A routing key with which messages reached no queue, as JSON.</summary>
internal static class UnroutableView
{
    /// <param name="json">The writer.</param>
    /// <param name="key">The key.</param>
    /// <param name="reason">The reason, from <see cref="ReasonOf"/>.</param>
    public static void Write(Utf8JsonWriter json, UnroutableKey key, string reason)
    {
        json.WriteStartObject();
        json.WriteNumber("time", key.Time);
        json.WriteString("routing_key", key.Key);
        json.WriteString("reason", $"{reason}; {(key.IsReturned ? "returned to the publisher" : "dropped")}");
        json.WriteNumber("messages", key.Messages);
        json.WriteEndObject();
    }

    /// <summary>Returns the reason why messages to an exchange reached no queue, by the exchange as it is now.</summary>
    public static string ReasonOf(VirtualHost host, Exchange exchange)
    {
        if (exchange.Name.Length == 0)
            return "there was no queue of this name";
        if (exchange.AlternateExchange is not { Length: > 0 } alternate)
            return "no binding matched";
        return host.FindExchange(alternate) is null
            ? $"no binding matched, and the alternate exchange '{alternate}' does not exist"
            : $"no binding matched, also none of the alternate exchange '{alternate}'";
    }
}
