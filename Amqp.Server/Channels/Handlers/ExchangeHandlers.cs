using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The exchange.* methods: check, ask the broker, reply.</summary>
internal static class ExchangeHandlers
{
    public static MethodTable<AmqpChannel> OnExchangeMethods(this MethodTable<AmqpChannel> table) => table
        .On<ExchangeDeclare>(Declare)
        .On<ExchangeDelete>(Delete)
        .On<ExchangeBind>(Bind)
        .On<ExchangeUnbind>(Unbind);

    /// <summary>Demands that a binding may take from this exchange with this routing key.</summary>
    /// <exception cref="AmqpException">403: the default exchange, or the user may not.</exception>
    public static void DemandSource(this AmqpChannel channel, string exchange, string routingKey)
    {
        ReservedNames.DemandNotDefault(exchange);
        channel.Access.DemandExchange(AccessKind.Read, exchange);
        if (channel.Session.VirtualHost.FindExchange(exchange) is { Type: "topic" })
            channel.Access.DemandTopic(AccessKind.Read, exchange, routingKey);
    }

    private static void Declare(AmqpChannel channel, ExchangeDeclare method)
    {
        var host = channel.Session.VirtualHost;
        string name = ReservedNames.Clean(method.Exchange);
        ReservedNames.DemandNotDefault(name);
        if (method.Passive)
        {
            host.GetExchange(name);
        }
        else
        {
            Routers.DemandType(method.Type);
            channel.Access.DemandExchange(AccessKind.Configure, name);
            DemandAlternateAccess(channel, name, method.Arguments);
            var flags = (method.Durable ? ExchangeFlags.Durable : 0) | (method.AutoDelete ? ExchangeFlags.AutoDelete : 0) | (method.Internal ? ExchangeFlags.Internal : 0);
            host.Topology.DeclareExchange(name, method.Type, flags, method.Arguments);
        }
        if (!method.NoWait)
            channel.Send(new ExchangeDeclareOk());
    }

    /// <summary>Who has a new exchange's messages sent on reads from it and writes to where they go.</summary>
    private static void DemandAlternateAccess(AmqpChannel channel, string name, FieldTable arguments)
    {
        if (arguments["alternate-exchange"] is not { Type: FieldType.LongString } alternate || channel.Session.VirtualHost.FindExchange(name) is not null)
            return;
        channel.Access.DemandExchange(AccessKind.Read, name);
        channel.Access.DemandExchange(AccessKind.Write, alternate.AsString());
    }

    private static void Delete(AmqpChannel channel, ExchangeDelete method)
    {
        ReservedNames.DemandDeletable(method.Exchange, channel.Session.VirtualHost.Name);
        channel.Access.DemandExchange(AccessKind.Configure, method.Exchange);
        channel.Session.VirtualHost.Topology.DeleteExchange(method.Exchange, method.IfUnused);
        if (!method.NoWait)
            channel.Send(new ExchangeDeleteOk());
    }

    private static void Bind(AmqpChannel channel, ExchangeBind method)
    {
        var host = channel.Session.VirtualHost;
        DemandEnds(channel, method.Source, method.Destination, method.RoutingKey);
        host.GetExchange(method.Source); // of two that are missing RabbitMQ names the source
        host.Topology.Bind(method.Source, host.GetExchange(method.Destination), method.RoutingKey, method.Arguments, channel.Session.Round);
        if (!method.NoWait)
            channel.Send(new ExchangeBindOk());
    }

    private static void Unbind(AmqpChannel channel, ExchangeUnbind method)
    {
        var host = channel.Session.VirtualHost;
        DemandEnds(channel, method.Source, method.Destination, method.RoutingKey);
        if (host.FindExchange(method.Destination) is { } destination)
            host.Topology.Unbind(method.Source, destination, method.RoutingKey, method.Arguments);
        if (!method.NoWait)
            channel.Send(new ExchangeUnbindOk());
    }

    private static void DemandEnds(AmqpChannel channel, string source, string destination, string routingKey)
    {
        channel.Access.DemandExchange(AccessKind.Write, destination);
        ReservedNames.DemandNotDefault(destination);
        channel.DemandSource(source, routingKey);
    }
}
