using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Encodes exchanges, queues and bindings as values of the catalog.</summary>
internal static class TopologyCodec
{
    public static ReadOnlySpan<byte> Write(Exchange exchange) =>
        DefinitionCodec.Write(new Definition((byte)exchange.Flags, exchange.Keeper?.DurableNumber ?? 0, exchange.Type, exchange.Arguments));

    public static ReadOnlySpan<byte> Write(Queue queue) =>
        DefinitionCodec.Write(new Definition((byte)queue.Declaration.Flags, queue.Messages.Number, "", queue.Declaration.Arguments.Table));

    public static ReadOnlySpan<byte> Write(Binding binding) => DefinitionCodec.Write(new Definition(0, 0, "", binding.Arguments));

    /// <summary>Returns the numbers of a queue in the message store: one for each priority, and one for returned messages.</summary>
    public static IEnumerable<uint> QueueNumbers(Definition queue)
    {
        int levels = QueueArguments.FromStored(queue.Arguments).LevelsOf((QueueFlags)queue.Flags);
        return Enumerable.Range(0, levels).Select(level => queue.Number + (uint)level);
    }
}
