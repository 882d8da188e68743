namespace Amqp.Server.Broker.Sessions;

/// <summary>Scope of a prefetch limit.</summary>
internal enum PrefetchScope
{
    /// <summary>The limit applies to each new consumer of the session separately.</summary>
    NewConsumers,

    /// <summary>The limit applies to all consumers of the session together.</summary>
    Session,
}
