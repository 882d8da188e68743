namespace Amqp.Server.Broker.Names;

/// <summary>What a binding leads to: a queue or another exchange.</summary>
internal interface IBindingDestination
{
    string Name { get; }

    /// <summary>Whether it outlives a restart; a binding does when both of its ends do.</summary>
    bool IsDurable { get; }
}
