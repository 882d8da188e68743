using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Encodes exchanges, queues and bindings as values of the catalog.</summary>
internal static class TopologyCodec
{
    public static ReadOnlySpan<byte> Write(Exchange exchange) =>
        DefinitionCodec.Write(new Definition((byte)exchange.Flags, ExchangeStorage.NumberOf(exchange), exchange.Type, exchange.Arguments));

    public static ReadOnlySpan<byte> Write(Queue queue) =>
        DefinitionCodec.Write(new Definition((byte)queue.Declaration.Flags, queue.Messages.Number, "", queue.Declaration.Arguments.Table));

    public static ReadOnlySpan<byte> Write(Binding binding) => DefinitionCodec.Write(new Definition(0, 0, "", binding.Arguments));

    /// <summary>
    /// Returns the numbers of a queue in the message store: one for each priority, one for returned messages, and one for keys.
    /// </summary>
    public static IEnumerable<uint> QueueNumbers(Definition queue) =>
        Enumerable.Range(0, CountOf(queue)).Select(level => queue.Number + (uint)level);

    /// <summary>Returns the number that the keys of a queue have in the message store; null if it stores no keys.</summary>
    public static uint? KeysOfQueue(Definition queue) =>
        ((QueueFlags)queue.Flags & QueueFlags.Keys) == 0 ? null : queue.Number + (uint)CountOf(queue) - 1;

    /// <summary>Returns the numbers of an exchange in the message store: one for messages that it keeps, and one for keys.</summary>
    public static IEnumerable<uint> ExchangeNumbers(Definition exchange) => exchange.Number == 0 ? []
        : KeysOfExchange(exchange) is { } keys ? [exchange.Number, keys]
        : [exchange.Number];

    /// <summary>Returns the number that the keys of an exchange have in the message store; null if it stores no keys.</summary>
    public static uint? KeysOfExchange(Definition exchange) =>
        ((ExchangeFlags)exchange.Flags & ExchangeFlags.Keys) == 0 ? null : exchange.Number + 1;

    private static int CountOf(Definition queue) => QueueArguments.FromStored(queue.Arguments).NumbersOf((QueueFlags)queue.Flags);
}
