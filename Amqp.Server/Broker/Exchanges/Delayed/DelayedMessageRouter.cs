using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>
/// The exchange type <c>x-delayed-message</c>. Delays messages with the header <c>x-delay</c>, and routes other messages at once.
/// </summary>
/// <remarks>Messages are routed by the rules of another exchange type, which is called the inner type.</remarks>
internal sealed class DelayedMessageRouter : IRouter, IMessageKeeper
{
    public const string TypeName = "x-delayed-message";

    /// <summary>Name of the argument that contains the inner type.</summary>
    public const string TypeArgument = "x-delayed-type";

    private readonly IRouter _inner;

    /// <param name="exchange">The declared exchange, with the inner type in an argument.</param>
    /// <param name="createInner">Creates the router of the inner type.</param>
    /// <exception cref="BrokerException">
    /// 406: the argument for the inner type is missing or invalid. 503: the inner type is unknown.
    /// </exception>
    public DelayedMessageRouter(ExchangeDeclaration exchange, Func<ExchangeDeclaration, IRouter> createInner)
    {
        if (exchange.Arguments[TypeArgument] is not { Type: FieldType.LongString } given)
            throw new BrokerException(BrokerError.Precondition, $"Invalid argument, '{TypeArgument}' must be an existing exchange type");
        if (given.AsString() == TypeName)
            throw new BrokerException(BrokerError.Precondition, $"Invalid argument, '{TypeName}' can't be used for '{TypeArgument}'");
        _inner = createInner(exchange with { Type = given.AsString() });
    }

    /// <summary>The delayed messages. Null before <see cref="Open"/> is called.</summary>
    public DelayedMessages Delayed { get; private set; } = null!;

    /// <summary>Always true, because the delay depends on the headers of the message.</summary>
    public bool VariesByMessage => true;

    public uint DurableNumber => Delayed.DurableNumber;

    public long WaitingCount => Delayed.Count;

    public void Validate(Binding binding) => _inner.Validate(binding);

    public void Add(Binding binding) => _inner.Add(binding);

    public void Remove(Binding binding) => _inner.Remove(binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (DelayHeader.Read(message.Headers) is > 0 and var delay)
            route.Add(new MessageDelay(Delayed, delay, message.FurtherKeys.ToArray()));
        else
            _inner.Route(message, route);
    }

    public void Open(Exchange exchange, RoutingTable routing, QueueHost host, Func<bool, StoredQueue> openQueue)
    {
        Delayed = new DelayedMessages(exchange, routing, host, openQueue(exchange.IsDurable));
        (_inner as IMessageKeeper)?.Open(exchange, routing, host, openQueue);
    }

    public void Start() => Delayed.Start();

    public void OnBound(Binding binding, DispatchRound round) => (_inner as IMessageKeeper)?.OnBound(binding, round);

    public void Close()
    {
        Delayed.Close();
        (_inner as IMessageKeeper)?.Close();
    }

    public Task StopAsync() => Delayed.StopAsync();
}
