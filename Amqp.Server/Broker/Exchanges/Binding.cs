using Amqp.Protocol;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>What a binding leads to: a queue or another exchange.</summary>
internal interface IBindingDestination
{
    string Name { get; }

    /// <summary>Whether it outlives a restart; a binding does when both of its ends do.</summary>
    bool IsDurable { get; }
}

/// <summary>A way from an exchange to a destination. Two are the same when all four parts are.</summary>
internal sealed record Binding(Exchange Source, IBindingDestination Destination, string RoutingKey, FieldTable Arguments)
{
    public bool IsDurable => Source.IsDurable && Destination.IsDurable;
}
