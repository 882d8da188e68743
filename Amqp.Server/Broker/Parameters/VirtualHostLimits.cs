using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Parameters;

/// <summary>What a virtual host may hold at most. In RabbitMQ's words a negative number is no limit; here that is null.</summary>
internal sealed record VirtualHostLimits(long? MaxConnections, long? MaxQueues)
{
    /// <summary>The parameter that limits are kept in.</summary>
    public const string Component = "vhost-limits";

    /// <summary>That parameter's name.</summary>
    public const string Name = "limits";

    private static readonly string[] _known = ["max-connections", "max-queues"];

    public static VirtualHostLimits None { get; } = new(null, null);

    public static VirtualHostLimits Read(FieldTable limits) => new(LimitTable.Read(limits, "max-connections"), LimitTable.Read(limits, "max-queues"));

    /// <exception cref="ValidationException">An unknown limit, or one that is no number.</exception>
    public static void Validate(FieldValue value) => LimitTable.Validate(value, _known, "limits");
}
