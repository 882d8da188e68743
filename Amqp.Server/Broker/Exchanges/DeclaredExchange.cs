using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>Creates exchanges from declarations by clients.</summary>
internal static class DeclaredExchange
{
    private const string AlternateExchange = "alternate-exchange";

    /// <summary>Creates an exchange, without adding it to its virtual host.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for the exchange's type. 503: the type is unknown.</exception>
    public static Exchange Make(in ExchangeDeclaration declared, ExchangeFlags flags)
    {
        Routers.DemandType(declared.Type);
        if (declared.Arguments[AlternateExchange] is { Type: not FieldType.LongString } alternate)
            throw ArgumentTypes.WrongType(alternate, AlternateExchange, "exchange", declared.Name, declared.VirtualHost);
        if (declared.Arguments[AlternateExchange] is { } given && ValueRules.Of(AlternateExchange)(given) is { } reason)
            throw new BrokerException(
                BrokerError.Precondition,
                $"invalid arg '{AlternateExchange}' for exchange '{declared.Name}' in vhost '{declared.VirtualHost}': {reason}");
        return new Exchange(declared.Name, declared.Type, Routers.Create(declared), flags, declared.Arguments);
    }
}
