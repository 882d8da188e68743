using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Explanations;

/// <summary>Explains the way of a message that is not published. Used by one thread, for one message.</summary>
/// <remarks>
/// Does not check permissions. The queues are those of <see cref="RouteFinder"/>, except for exchanges that choose at random.
/// </remarks>
internal sealed class RouteExplainer
{
    private readonly RoutingTable _routing;
    private readonly Func<string, Queue?> _findQueue;
    private readonly string[] _keys; // the routing key, and those of the headers CC and BCC
    private readonly FieldTable _headers;
    private readonly byte[] _encodedHeaders;
    private readonly byte[] _properties;
    private readonly Dictionary<IBindingDestination, ExplainedStep?> _steps = []; // the step to each exchange and queue; null for the first
    private readonly Queue<Exchange> _pending = [];

    /// <param name="routing">The exchanges of a virtual host.</param>
    /// <param name="findQueue">Finds a queue of the virtual host by its name.</param>
    /// <param name="routingKey">The routing key of the message.</param>
    /// <param name="properties">The properties of the message.</param>
    /// <exception cref="Errors.BrokerException">406: the header CC or BCC is not an array.</exception>
    public RouteExplainer(RoutingTable routing, Func<string, Queue?> findQueue, string routingKey, BasicProperties properties)
    {
        (_routing, _findQueue, _headers) = (routing, findQueue, properties.Headers ?? FieldTable.Empty);
        var encoded = new ArrayBufferWriter<byte>();
        properties.Write(encoded);
        _properties = encoded.WrittenSpan.ToArray();
        _encodedHeaders = EncodedProperties.Read(_properties).Headers.ToArray();
        _keys = [routingKey, .. SenderSelectedKeys.Read(_encodedHeaders)];
    }

    /// <summary>Follows the message from an exchange.</summary>
    public RouteExplanation Explain(Exchange start)
    {
        var exchanges = new List<ExplainedExchange>();
        using (_routing.Lock.Share())
        {
            Begin(start);
            while (_pending.TryDequeue(out var exchange))
                exchanges.Add(Explain(exchange, isStart: exchange == start));
        }
        return new RouteExplanation(
            exchanges,
            [.. _steps.Keys.OfType<Queue>().OrderBy(queue => queue.Name, StringComparer.Ordinal).Select(queue => PathTo(queue))]);
    }

    private ExplainedExchange Explain(Exchange exchange, bool isStart)
    {
        var notes = new List<string>();
        if (isStart && exchange.IsInternal)
            notes.Add("The exchange is internal, so clients cannot publish to it.");
        if (exchange.Type == DelayedMessageRouter.TypeName && DelayHeader.Read(_encodedHeaders) is > 0 and var delay)
            notes.Add($"The header x-delay makes the message wait {delay} ms before it is routed.");
        if (exchange.Deduplication is { } window)
            notes.Add($"The exchange drops a message if it has seen the value of the header {window.Settings.Header} before.");
        var bindings = new List<ExplainedBinding>();
        if (exchange.Name.Length == 0)
            FollowDefault(exchange, notes);
        else
            Follow(exchange, bindings);
        if (exchange.Name.Length > 0 && !bindings.Exists(binding => binding.IsMatch))
            FollowAlternate(exchange, notes);
        return new ExplainedExchange(exchange, [.. bindings.OrderBy(binding => !binding.IsMatch)], notes);
    }

    private void Follow(Exchange exchange, List<ExplainedBinding> bindings)
    {
        var rule = BindingRule.Of(_routing, exchange, _keys, _headers, Choose(exchange));
        foreach (var binding in exchange.Bindings
            .OrderBy(binding => binding.Destination.Name, StringComparer.Ordinal)
            .ThenBy(binding => binding.RoutingKey, StringComparer.Ordinal))
        {
            var (isMatch, reason) = rule.Judge(binding);
            bindings.Add(new ExplainedBinding(binding, isMatch, reason));
            if (isMatch)
                Reach(new ExplainedStep(exchange, binding.Destination, binding, "binding"));
        }
    }

    private IBindingDestination? Choose(Exchange exchange) =>
        exchange.Chooser?.Choose(OctetText.Encode(_keys[0]), _encodedHeaders, _properties)?.Destination;

    private void FollowDefault(Exchange exchange, List<string> notes)
    {
        foreach (string key in _keys)
        {
            if (_findQueue(key) is { } queue)
            {
                Reach(new ExplainedStep(exchange, queue, null, "default"));
                notes.Add($"The routing key is the name of queue '{key}'.");
            }
            else if (_routing.Replies.Find(key) is not null)
            {
                notes.Add($"The routing key '{key}' is the address of a client that waits for a reply.");
            }
            else
            {
                notes.Add($"There is no queue '{key}'.");
            }
        }
    }

    private void FollowAlternate(Exchange exchange, List<string> notes)
    {
        if (exchange.AlternateExchange is not { Length: > 0 } name)
        {
            notes.Add("No binding matches, and the exchange has no alternate exchange.");
        }
        else if (_routing.Find(name) is { } alternate)
        {
            notes.Add($"No binding matches, so the message goes to the alternate exchange '{name}'.");
            Reach(new ExplainedStep(exchange, alternate, null, "alternate"));
        }
        else
        {
            notes.Add($"No binding matches, and the alternate exchange '{name}' does not exist.");
        }
    }

    private void Begin(Exchange exchange)
    {
        _steps.Add(exchange, null);
        _pending.Enqueue(exchange);
    }

    private void Reach(ExplainedStep step)
    {
        if (_steps.TryAdd(step.To, step) && step.To is Exchange next)
            _pending.Enqueue(next);
    }

    private ExplainedPath PathTo(Queue queue)
    {
        var steps = new List<ExplainedStep>();
        for (var step = _steps[queue]; step is not null; step = _steps[step.From])
            steps.Add(step);
        steps.Reverse();
        return new ExplainedPath(queue, steps);
    }
}
