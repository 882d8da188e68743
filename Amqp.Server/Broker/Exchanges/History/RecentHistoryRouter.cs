using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Exchanges.History;

/// <summary>Routes each message to all bindings. A new binding also receives the exchange's last messages (x-recent-history).</summary>
internal sealed class RecentHistoryRouter : IRouter, IMessageKeeper
{
    private const string LengthArgument = "x-recent-history-length";
    private const int DefaultLength = 20;

    private readonly FanoutRouter _bindings = new();
    private readonly long _length;
    private RecentHistory _history = null!; // null before Open is called

    /// <exception cref="BrokerException">406: the length of the history is not a positive integer.</exception>
    public RecentHistoryRouter(FieldTable arguments)
    {
        if (arguments[LengthArgument] is not { } length)
            _length = DefaultLength;
        else if (length.Type is FieldType.SByte or FieldType.Int16 or FieldType.Int32 or FieldType.Int64 or FieldType.Int64Alias
            && length.AsInteger() > 0)
            _length = length.AsInteger();
        else
            throw new BrokerException(
                BrokerError.Precondition, $"Invalid argument {ErlangText.Of(length)}, '{LengthArgument}' must be a positive integer");
    }

    /// <summary>Always true, because a header can exclude a message from the history.</summary>
    public bool VariesByMessage => true;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding) => _bindings.Add(binding);

    public void Remove(Binding binding) => _bindings.Remove(binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        _bindings.Route(message, route);
        if (!IsNotToBeKept(message.Headers))
            route.Add(_history);
    }

    public void Open(Exchange exchange, RoutingTable routing, QueueHost host, Func<bool, StoredQueue> openQueue) =>
        _history = new RecentHistory(_length, exchange.Name, routing, host, openQueue(false));

    public void OnBound(Binding binding, DispatchRound round) => _history.Replay(binding.Destination, round);

    public void Close() => _history.Close();

    private static bool IsNotToBeKept(ReadOnlySpan<byte> headers) =>
        EncodedFieldTable.TryFind(headers, "x-recent-history-no-store"u8, out var value) && value is [(byte)FieldType.Boolean, not 0];
}
