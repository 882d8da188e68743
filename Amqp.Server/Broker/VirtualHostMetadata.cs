namespace Amqp.Server.Broker;

/// <summary>What is known of a virtual host besides its name. Immutable.</summary>
/// <param name="Description">For people.</param>
/// <param name="Tags">For people, too.</param>
/// <param name="DefaultQueueType">The type of queues that name none; null: the broker's default.</param>
internal sealed record VirtualHostMetadata(string Description, IReadOnlyList<string> Tags, string? DefaultQueueType)
{
    public static VirtualHostMetadata None { get; } = new("", [], null);
}
