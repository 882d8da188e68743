using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
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
        DemandDeduplication(declared);
        if ((flags & ExchangeFlags.Durable) != 0
            && DeduplicationSettings.OfExchange(declared.Type, declared.Arguments, EffectivePolicy.None) is not null
            && DeduplicationSettings.AreKeysStored(declared.Arguments))
            flags |= ExchangeFlags.Keys;
        return new Exchange(declared.Name, declared.Type, Routers.Create(declared), flags, declared.Arguments);
    }

    /// <summary>Checks the arguments of an exchange that drops repeats.</summary>
    private static void DemandDeduplication(in ExchangeDeclaration declared)
    {
        if (declared.Arguments[DeduplicationSettings.Argument] is { Type: not FieldType.Boolean } wrong)
            throw ArgumentTypes.WrongType(wrong, DeduplicationSettings.Argument, "exchange", declared.Name, declared.VirtualHost);
        bool isOfType = DeduplicationSettings.IsOfType(declared.Type, declared.Arguments);
        if (!isOfType && !DeduplicationSettings.IsOn(declared.Arguments))
            return;
        DemandNumber(declared.Arguments, DeduplicationSettings.SizeArgument, isOfType);
        DemandNumber(declared.Arguments, DeduplicationSettings.LifetimeArgument, isRequired: false);
        Demand(declared.Arguments, DeduplicationSettings.PersistenceArgument, "be either 'disk' or 'memory'");
        Demand(declared.Arguments, DeduplicationSettings.HeaderArgument, "be the name of a header");
    }

    private static void DemandNumber(FieldTable arguments, string name, bool isRequired)
    {
        if (arguments[name] is null && isRequired)
            throw new BrokerException(
                BrokerError.Precondition, $"Missing or invalid argument, '{name}' must be an integer greater than 0");
        Demand(arguments, name, "be an integer greater than 0");
    }

    private static void Demand(FieldTable arguments, string name, string rule)
    {
        if (arguments[name] is { } value && !ValueRules.Accepts(name["x-".Length..], value))
            throw new BrokerException(BrokerError.Precondition, $"Invalid argument, '{name}' must {rule}");
    }
}
