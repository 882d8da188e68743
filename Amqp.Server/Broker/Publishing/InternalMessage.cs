using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Publishing;

/// <summary>A message that the broker itself publishes: an event, a log line or a traced message.</summary>
/// <param name="Target">Exchange to publish to.</param>
/// <param name="RoutingKey">Routing key, which is cut to 255 bytes.</param>
/// <param name="Properties">The message properties. Most of the information is in the headers.</param>
/// <param name="Body">A log line or the body of a traced message; empty for an event.</param>
internal sealed record InternalMessage(InternalExchange Target, string RoutingKey, BasicProperties Properties, byte[] Body)
    : IDeferredPublish
{
    /// <inheritdoc/>
    /// <remarks>Never throws: a failure to publish must not affect the operation that the message reports.</remarks>
    public void PublishContained(DispatchRound round)
    {
        try
        {
            Publish(round);
        }
        catch (Exception error)
        {
            Target.Host.Services.Faults.Note(
                Compartment.Events, $"a message to exchange '{Target.Exchange.Name}' in vhost '{Target.Host.VirtualHost}'", error);
        }
    }

    private void Publish(DispatchRound round)
    {
        var properties = new ArrayBufferWriter<byte>();
        Properties.Write(properties);
        string routingKey = Cut(RoutingKey);
        var finder = new RouteFinder(Target.Routing);
        var headers = EncodedProperties.Read(properties.WrittenSpan).Headers;
        Target.Routing.Follow(Target.Exchange, new RoutedMessage(routingKey, headers) { Properties = properties.WrittenSpan }, finder);
        var route = finder.ToRoute();
        if (route.IsUnrouted && route.Targets.Length == 0)
            return;
        try
        {
            var traits = new MessageTraits(Properties.DeliveryMode == 2, Priority: 0, Expiry.None);
            new MessageIntake(Target.Host.Services).Store(route, Head(routingKey, properties.WrittenSpan), Body, traits, round);
        }
        catch (Exception error) when (error is StoreFailedException or StoreFullException)
        {
            // The message is dropped. The store itself logs that the disk failed.
        }
    }

    private byte[] Head(string routingKey, ReadOnlySpan<byte> properties)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString(Target.Exchange.Name);
        writer.WriteShortString(routingKey);
        var head = new byte[EncodedMessage.HeadSize(address.WrittenCount, properties.Length)];
        EncodedMessage.WriteHead(head, address.WrittenSpan, properties);
        return head;
    }

    /// <summary>Cuts a routing key to 255 bytes, AMQP's limit. A prefix and a long name together can exceed it.</summary>
    private static string Cut(string routingKey)
    {
        while (OctetText.Count(routingKey) > byte.MaxValue)
            routingKey = routingKey[..^1];
        return routingKey;
    }
}
