namespace Amqp.Server.Broker.Names;

/// <summary>Destination of a binding: a queue or an exchange.</summary>
internal interface IBindingDestination
{
    string Name { get; }

    /// <summary>
    /// True if the queue or exchange survives a restart. A binding survives a restart if both its source and its destination do.
    /// </summary>
    bool IsDurable { get; }
}
