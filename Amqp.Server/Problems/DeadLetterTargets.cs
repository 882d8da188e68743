using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Problems;

/// <summary>Checks where the dead letters of queues go. Used by one thread.</summary>
/// <remarks>
/// A dead letter with the routing key of its message can go anywhere. So queues without a dead-letter routing key are judged only by their
/// exchange.
/// </remarks>
internal sealed class DeadLetterTargets(VirtualHost host)
{
    /// <summary>Maximum number of queues on a loop.</summary>
    private const int LongestLoop = 8;

    private readonly RouteFinder _finder = new(host.Routing);
    private readonly Dictionary<(string Exchange, string? Key), Target> _targets = [];

    /// <summary>
    /// Returns the reason why dead letters of a queue are lost, to follow a colon; null if they are not lost, or if that is unknown.
    /// </summary>
    public string? ReasonOfLoss(QueueSettings settings) => TargetOf(settings)?.Loss;

    /// <summary>
    /// Returns the way on which dead letters come back to their queue without a client's help, to follow a colon; null if there is none.
    /// </summary>
    public string? Loop(Queue queue)
    {
        if (TargetOf(queue.Settings) is not { Queues.Length: > 0 } target)
            return null;
        if (target.Queues.Contains(queue))
            return "it is its own dead-letter target, so a rejected message is delivered again without end";
        return queue.Settings.MessageTtl is not null && Return(queue, queue, LongestLoop) is { } way
            ? $"they expire in {string.Join(", then in ", way.Select(name => $"'{name}'"))}, and the broker drops them at the end of the "
                + "loop"
            : null;
    }

    /// <summary>Returns the names of the queues on the way back to a queue, without its own; null if there is no way.</summary>
    private List<string>? Return(Queue start, Queue from, int left)
    {
        if (left == 0 || from.Settings.MessageTtl is null || TargetOf(from.Settings) is not { } target)
            return null;
        foreach (var next in target.Queues)
        {
            if (next == start)
                return from == start ? null : [];
            if (next != from && Return(start, next, left - 1) is { } rest)
                return [next.Name, .. rest];
        }
        return null;
    }

    /// <summary>Returns the target of dead letters; null if they have none.</summary>
    private Target? TargetOf(QueueSettings settings)
    {
        if (settings.DeadLetterExchange is not { } exchange)
            return null;
        var key = (exchange, settings.DeadLetterRoutingKey);
        if (!_targets.TryGetValue(key, out var known))
            _targets.Add(key, known = Find(exchange, settings.DeadLetterRoutingKey));
        return known;
    }

    private Target Find(string name, string? key)
    {
        if (host.FindExchange(name) is not { } exchange)
            return new Target($"their exchange '{name}' does not exist", []);
        if (key is null)
            return name.Length > 0 && IsEmpty(exchange)
                ? new Target($"their exchange '{name}' has no bindings", [])
                : new Target(null, []);
        if (exchange.Type is not ("direct" or "topic" or "fanout"))
            return new Target(null, []);
        host.Routing.Follow(exchange, new RoutedMessage(key, default), _finder);
        var route = _finder.ToRoute();
        if (!route.IsUnrouted)
            return new Target(null, route.Queues);
        return new Target(
            name.Length == 0 ? $"there is no queue '{key}'" : $"no queue is bound to their exchange '{name}' for the routing key '{key}'",
            []);
    }

    private bool IsEmpty(Exchange exchange)
    {
        using (host.Routing.Lock.Share())
            return exchange.Bindings.Count == 0
                && (exchange.AlternateExchange is not { Length: > 0 } alternate || host.FindExchange(alternate) is null);
    }

    private sealed record Target(string? Loss, Queue[] Queues);
}
