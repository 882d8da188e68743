namespace Amqp.Server.Broker.Sessions;

/// <summary>Scope of a prefetch limit.</summary>
internal enum PrefetchScope
{
    /// <summary>Each new consumer of the session.</summary>
    NewConsumers,

    /// <summary>All consumers of the session together.</summary>
    Session,
}
