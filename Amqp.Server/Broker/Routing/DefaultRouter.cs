using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>Routes messages of the default exchange. The routing key names a queue, or a client that waits for a direct reply.</summary>
internal sealed class DefaultRouter(IReadOnlyDictionary<string, Queue> queues, ReplyConsumers replies) : IRouter
{
    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding) => throw new InvalidOperationException("The default exchange accepts no bindings.");

    public void Remove(Binding binding) => throw new InvalidOperationException("The default exchange has no bindings.");

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        Route(message.RoutingKey, route);
        foreach (string key in message.FurtherKeys)
            Route(key, route);
    }

    private void Route(string key, RouteFinder route)
    {
        if (queues.TryGetValue(key, out var queue))
            route.Add(queue);
        else if (replies.Find(key) is { } consumer)
            route.Add(consumer);
        else
            route.NoteMissing();
    }
}
