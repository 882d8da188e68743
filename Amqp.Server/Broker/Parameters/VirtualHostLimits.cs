using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Limits of a virtual host. Null means no limit, like a negative value of RabbitMQ's parameter.</summary>
internal sealed record VirtualHostLimits(long? MaxConnections, long? MaxQueues)
{
    /// <summary>Component of the runtime parameter that holds these limits.</summary>
    public const string Component = "vhost-limits";

    /// <summary>Name of the runtime parameter that holds these limits.</summary>
    public const string Name = "limits";

    private static readonly string[] _known = ["max-connections", "max-queues"];

    public static VirtualHostLimits None { get; } = new(null, null);

    public static VirtualHostLimits Read(FieldTable limits) =>
        new(LimitTable.Read(limits, "max-connections"), LimitTable.Read(limits, "max-queues"));

    /// <exception cref="ValidationException">The value is not a table, a limit is unknown, or a limit is not an integer.</exception>
    public static void Validate(FieldValue value) => LimitTable.Validate(value, _known, "limits");
}
