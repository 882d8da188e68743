using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Publishing;

/// <summary>A message that the broker publishes itself, about what happens in it.</summary>
/// <param name="Target">Where it is published.</param>
/// <param name="RoutingKey">At most 255 bytes are kept.</param>
/// <param name="Properties">What it tells, mostly in the headers.</param>
/// <param name="Body">Empty, or that of the message it is about.</param>
internal sealed record InternalMessage(InternalExchange Target, string RoutingKey, BasicProperties Properties, byte[] Body) : IDeferredPublish
{
    /// <inheritdoc/>
    /// <remarks>Throws nothing: what it is about has happened all the same.</remarks>
    public void PublishContained(DispatchRound round)
    {
        try
        {
            Publish(round);
        }
        catch (Exception error)
        {
            Target.Host.Services.Faults.Note(Compartment.Events, $"a message to exchange '{Target.Exchange.Name}' in vhost '{Target.Host.VirtualHost}'", error);
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
            // What it is about has happened all the same, and the disk is complained of elsewhere.
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

    /// <summary>A prefix before a long name may make a key too long.</summary>
    private static string Cut(string routingKey)
    {
        while (OctetText.Count(routingKey) > byte.MaxValue)
            routingKey = routingKey[..^1];
        return routingKey;
    }
}
