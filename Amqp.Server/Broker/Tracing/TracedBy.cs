using Amqp.Protocol;

namespace Amqp.Server.Broker.Tracing;

/// <summary>The channel that a traced message comes from or goes to.</summary>
/// <param name="Connection">RabbitMQ's name for the connection.</param>
/// <param name="Channel">The channel's number.</param>
/// <param name="User">The user who logged in.</param>
internal readonly record struct TracedBy(string Connection, ushort Channel, string User)
{
    /// <summary>RabbitMQ's name for the channel.</summary>
    public string Name => $"{Connection} ({Channel})";

    public KeyValuePair<string, FieldValue>[] Fields(string virtualHost) =>
    [
        new("vhost", FieldValue.FromString(virtualHost)),
        new("connection", FieldValue.FromString(Connection)),
        new("channel", FieldValue.FromInt32(Channel)),
        new("user", FieldValue.FromString(User)),
    ];
}
