namespace Amqp.Server.Broker.Sessions;

/// <summary>What a limit of prefetch is for.</summary>
internal enum PrefetchScope
{
    /// <summary>Each consumer that comes from now on.</summary>
    NewConsumers,

    /// <summary>All consumers of the session together.</summary>
    Session,
}
