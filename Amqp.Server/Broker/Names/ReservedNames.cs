using System.Buffers.Text;
using System.Security.Cryptography;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Names;

/// <summary>RabbitMQ's rules about names: what is reserved, and what the broker makes up itself.</summary>
internal static class ReservedNames
{
    /// <summary>The pseudo-queue of direct reply-to: who consumes from it gets the replies to its requests.</summary>
    public const string ReplyTo = "amq.rabbitmq.reply-to";

    /// <summary>How the name begins that a requester is known by to those who reply.</summary>
    public const string ReplyToPrefix = $"{ReplyTo}.";

    private const string Prefix = "amq.";

    /// <summary>A queue name nobody else has: <c>amq.gen-</c> and 22 characters.</summary>
    public static string NewQueueName() => $"amq.gen-{RandomText()}";

    /// <summary>A consumer tag nobody else has: <c>amq.ctag-</c> and 22 characters.</summary>
    public static string NewConsumerTag() => $"amq.ctag-{RandomText()}";

    /// <summary>Whether only the broker makes such names.</summary>
    public static bool IsReserved(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="BrokerException">403: only the broker makes names with this prefix.</exception>
    public static void DemandNotReserved(string kind, string name)
    {
        if (IsReserved(name))
            throw new BrokerException(BrokerError.Refused, $"{kind} name '{name}' contains reserved prefix 'amq.*'");
    }

    /// <exception cref="BrokerException">403: the default exchange is as it is.</exception>
    public static void DemandNotDefault(string exchange)
    {
        if (exchange.Length == 0)
            throw new BrokerException(BrokerError.Refused, "operation not permitted on the default exchange");
    }

    /// <exception cref="BrokerException">403: every virtual host has this exchange.</exception>
    public static void DemandDeletable(string exchange, string virtualHost)
    {
        DemandNotDefault(exchange);
        if (IsSystemExchange(exchange))
            throw new BrokerException(BrokerError.Refused, $"deletion of system exchange '{exchange}' in vhost '{virtualHost}' not allowed");
    }

    /// <summary>True for the exchanges that every virtual host has and nobody deletes.</summary>
    public static bool IsSystemExchange(string name) => IsReserved(name);

    /// <summary>Names lose line breaks, as in RabbitMQ: they would break its tools' output.</summary>
    public static string Clean(string name) =>
        name.AsSpan().ContainsAny('\r', '\n') ? name.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal) : name;

    /// <summary>A name for the replies to one requester, which nobody can guess.</summary>
    public static string NewReplyToName() => $"{ReplyToPrefix}{RandomText()}";

    /// <summary>What tells one broker from every other, for programs that watch many.</summary>
    public static string NewClusterId() => $"rabbitmq-cluster-id-{RandomText()}";

    private static string RandomText()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
