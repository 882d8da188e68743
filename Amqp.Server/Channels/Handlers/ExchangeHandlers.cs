using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles the exchange.* methods.</summary>
internal static class ExchangeHandlers
{
    public static MethodTable<AmqpChannel> OnExchangeMethods(this MethodTable<AmqpChannel> table) => table
        .On<ExchangeDeclare>(Declare)
        .On<ExchangeDelete>(Delete)
        .On<ExchangeBind>(Bind)
        .On<ExchangeUnbind>(Unbind);

    private static void Declare(AmqpChannel channel, ExchangeDeclare method)
    {
        string name = ReservedNames.Clean(method.Exchange);
        var flags = (method.Durable ? ExchangeFlags.Durable : 0)
            | (method.AutoDelete ? ExchangeFlags.AutoDelete : 0)
            | (method.Internal ? ExchangeFlags.Internal : 0);
        if (method.Passive)
            channel.Session.Topology.DemandExchange(name);
        else
            channel.Session.Topology.DeclareExchange(name, method.Type, flags, method.Arguments);
        if (!method.NoWait)
            channel.Send(new ExchangeDeclareOk());
    }

    private static void Delete(AmqpChannel channel, ExchangeDelete method)
    {
        channel.Session.Topology.DeleteExchange(method.Exchange, method.IfUnused);
        if (!method.NoWait)
            channel.Send(new ExchangeDeleteOk());
    }

    private static void Bind(AmqpChannel channel, ExchangeBind method)
    {
        channel.Session.Topology.BindExchange(method.Source, method.Destination, method.RoutingKey, method.Arguments);
        if (!method.NoWait)
            channel.Send(new ExchangeBindOk());
    }

    private static void Unbind(AmqpChannel channel, ExchangeUnbind method)
    {
        channel.Session.Topology.UnbindExchange(method.Source, method.Destination, method.RoutingKey, method.Arguments);
        if (!method.NoWait)
            channel.Send(new ExchangeUnbindOk());
    }
}
