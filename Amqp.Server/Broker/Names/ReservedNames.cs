using System.Buffers.Text;
using System.Security.Cryptography;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Names;

/// <summary>RabbitMQ's rules for names: reserved names, and names that the broker generates.</summary>
internal static class ReservedNames
{
    /// <summary>
    /// Name of the pseudo-queue for direct reply-to. A client consumes from this pseudo-queue to get the replies to its requests.
    /// </summary>
    public const string ReplyTo = "amq.rabbitmq.reply-to";

    /// <summary>Prefix of the routing keys of direct replies. The prefix is followed by the id of the waiting client.</summary>
    public const string ReplyToPrefix = $"{ReplyTo}.";

    private const string Prefix = "amq.";

    public static string NewQueueName() => $"amq.gen-{RandomText()}";

    public static string NewConsumerTag() => $"amq.ctag-{RandomText()}";

    /// <summary>Returns true if only the broker may create objects with this name.</summary>
    public static bool IsReserved(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="BrokerException">403: the name has the reserved prefix.</exception>
    public static void DemandNotReserved(string kind, string name)
    {
        if (IsReserved(name))
            throw new BrokerException(BrokerError.Refused, $"{kind} name '{name}' contains reserved prefix 'amq.*'");
    }

    /// <exception cref="BrokerException">403: the exchange is the default exchange.</exception>
    public static void DemandNotDefault(string exchange)
    {
        if (exchange.Length == 0)
            throw new BrokerException(BrokerError.Refused, "operation not permitted on the default exchange");
    }

    /// <exception cref="BrokerException">403: the exchange is the default exchange, or its name has the reserved prefix.</exception>
    public static void DemandDeletable(string exchange, string virtualHost)
    {
        DemandNotDefault(exchange);
        if (IsSystemExchange(exchange))
            throw new BrokerException(
                BrokerError.Refused, $"deletion of system exchange '{exchange}' in vhost '{virtualHost}' not allowed");
    }

    /// <summary>Returns true for names of exchanges that the broker creates and clients cannot delete.</summary>
    public static bool IsSystemExchange(string name) => IsReserved(name);

    /// <summary>Removes line breaks from a name, as RabbitMQ does. Line breaks would disturb the output of RabbitMQ's tools.</summary>
    public static string Clean(string name) =>
        name.AsSpan().ContainsAny('\r', '\n')
            ? name.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
            : name;

    /// <summary>Returns a random name that no other client can guess, for the replies to one client.</summary>
    public static string NewReplyToName() => $"{ReplyToPrefix}{RandomText()}";

    /// <summary>Returns a random id for a broker. Monitoring programs distinguish brokers by this id.</summary>
    public static string NewClusterId() => $"rabbitmq-cluster-id-{RandomText()}";

    private static string RandomText()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
