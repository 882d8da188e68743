using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>
/// Compares a redeclaration with the existing exchange. Of the arguments, compares the alternate exchange, those of deduplication, and
/// <c>x-max-hops</c> of the type <c>x-federation-upstream</c>.
/// </summary>
internal static class ExchangeEquivalence
{
    /// <exception cref="BrokerException">406: a property differs. The text names the first such property.</exception>
    public static void Demand(Exchange current, string type, ExchangeFlags flags, FieldTable arguments, string virtualHost)
    {
        if (current.Type != type)
            throw Differs("type", $"'{type}'", $"'{current.Type}'");
        DemandFlag("durable", ExchangeFlags.Durable);
        DemandFlag("auto_delete", ExchangeFlags.AutoDelete);
        DemandFlag("internal", ExchangeFlags.Internal);
        if (type == FederationUpstreamRouter.TypeName)
            DemandArgument(FederationUpstreamRouter.MaxHops);
        DemandArgument("alternate-exchange");
        DemandArgument(DeduplicationSettings.Argument);
        if (current.Deduplication is not null)
            foreach (string name in DeduplicationSettings.Details)
                DemandArgument(name);

        void DemandArgument(string name)
        {
            FieldValue? received = arguments[name], mine = current.Arguments[name];
            if (!ArgumentTypes.AreEquivalent(received, mine))
                throw ArgumentTypes.Inequivalent(name, "exchange", current.Name, virtualHost, received, mine);
        }

        void DemandFlag(string name, ExchangeFlags flag)
        {
            if ((flags & flag) != (current.Flags & flag))
                throw Differs(name, (flags & flag) != 0 ? "'true'" : "'false'", (current.Flags & flag) != 0 ? "'true'" : "'false'");
        }

        BrokerException Differs(string argument, string receivedText, string currentText) =>
            ArgumentTypes.Inequivalent(argument, "exchange", current.Name, virtualHost, receivedText, currentText);
    }
}
