using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Tests.Fuzz;

/// <summary>The names of all inputs that have a meaning for the broker, such as arguments and headers.</summary>
internal static partial class KnownInputs
{
    /// <summary>Arguments whose names do not begin with <c>x-</c>.</summary>
    private static readonly string[] _plainArguments = ["alternate-exchange", "hash-header", "hash-property"];

    public static IReadOnlyList<string> ExchangeTypes { get; } =
        [
            "direct", "fanout", "topic", "headers", "x-consistent-hash", "x-modulus-hash", "x-random", "x-local-random", "x-recent-history",
            "x-delayed-message", "x-message-deduplication"
        ];

    /// <summary>
    /// Names of arguments of queues, exchanges, bindings and consumers. Includes every name in the broker's code that begins with
    /// <c>x-</c>.
    /// </summary>
    public static IReadOnlyList<string> Arguments { get; } = [.. NamesInCode().Union(QueueArguments.Names), .. _plainArguments];

    /// <summary>Names of headers. The search in the code does not find them, because the code has them as UTF-8 literals.</summary>
    public static IReadOnlyList<string> Headers { get; } =
    [
        "CC", "BCC", "traceparent", "tracestate", "x-death", "x-first-death-reason", "x-first-death-queue", "x-first-death-exchange",
        "x-delivery-count",
        "x-recent-history-no-store", "x-delay", "x-deduplication-header", "x-cache-ttl",
    ];

    public static IReadOnlyList<string> PolicyKeys { get; } = [.. Server.Broker.Policies.PolicyKeys.Names.Order(StringComparer.Ordinal)];

    /// <summary>Names of the fields in an entry of the header x-death.</summary>
    public static IReadOnlyList<string> DeathFields { get; } =
        ["count", "reason", "queue", "time", "exchange", "routing-keys", "original-expiration"];

    /// <summary>Names of the 14 properties of a message, as the HTTP API spells them.</summary>
    public static IReadOnlyList<string> Properties { get; } =
    [
        "content_type",
        "content_encoding",
        "headers",
        "delivery_mode",
        "priority",
        "correlation_id",
        "reply_to",
        "expiration",
        "message_id",
        "timestamp",
        "type",
        "user_id",
        "app_id",
        "cluster_id",
    ];

    [GeneratedRegex("^x-[a-z]+(-[a-z]+)*$")]
    private static partial Regex ArgumentName();

    private static IEnumerable<string> NamesInCode()
    {
        using var file = File.OpenRead(typeof(PolicyKind).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var handle = metadata.GetNextHandle(
            MetadataTokens.UserStringHandle(0)); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            if (metadata.GetUserString(handle) is var text && ArgumentName().IsMatch(text))
                names.Add(text);
        }
        return names.Except(ExchangeTypes);
    }
}
