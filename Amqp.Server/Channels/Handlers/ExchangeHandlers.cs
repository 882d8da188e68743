using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The exchange.* methods: check, ask the broker, reply.</summary>
internal static class ExchangeHandlers
{
    public static MethodTable<AmqpChannel> OnExchangeMethods(this MethodTable<AmqpChannel> table) => table
        .On<ExchangeDeclare>(Declare)
        .On<ExchangeDelete>(Delete)
        .On<ExchangeBind>(Bind)
        .On<ExchangeUnbind>(Unbind);

    private static void Declare(AmqpChannel channel, ExchangeDeclare method)
    {
        var host = channel.Session.VirtualHost;
        string name = ReservedNames.Clean(method.Exchange);
        if (method.Passive)
        {
            Topology.DemandNotDefault(name);
            host.GetExchange(name);
        }
        else
        {
            var flags = (method.Durable ? ExchangeFlags.Durable : 0) | (method.AutoDelete ? ExchangeFlags.AutoDelete : 0) | (method.Internal ? ExchangeFlags.Internal : 0);
            host.Topology.DeclareExchange(name, method.Type, flags, method.Arguments);
        }
        if (!method.NoWait)
            channel.Send(new ExchangeDeclareOk());
    }

    private static void Delete(AmqpChannel channel, ExchangeDelete method)
    {
        channel.Session.VirtualHost.Topology.DeleteExchange(method.Exchange, method.IfUnused);
        if (!method.NoWait)
            channel.Send(new ExchangeDeleteOk());
    }

    private static void Bind(AmqpChannel channel, ExchangeBind method)
    {
        var host = channel.Session.VirtualHost;
        Topology.DemandNotDefault(method.Source);
        Topology.DemandNotDefault(method.Destination);
        host.GetExchange(method.Source); // of two that are missing RabbitMQ names the source
        host.Topology.Bind(method.Source, host.GetExchange(method.Destination), method.RoutingKey, method.Arguments, channel.Session.Round);
        if (!method.NoWait)
            channel.Send(new ExchangeBindOk());
    }

    private static void Unbind(AmqpChannel channel, ExchangeUnbind method)
    {
        var host = channel.Session.VirtualHost;
        Topology.DemandNotDefault(method.Source);
        Topology.DemandNotDefault(method.Destination);
        if (host.FindExchange(method.Destination) is { } destination)
            host.Topology.Unbind(method.Source, destination, method.RoutingKey, method.Arguments);
        if (!method.NoWait)
            channel.Send(new ExchangeUnbindOk());
    }
}
