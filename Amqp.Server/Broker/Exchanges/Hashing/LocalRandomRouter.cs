using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// Routes each message to a random queue (x-local-random). Unlike x-random, rejects bindings with a key, and destinations other than
/// classic queues.
/// </summary>
internal sealed class LocalRandomRouter : RandomRouter
{
    /// <exception cref="BrokerException">406: the binding has a key, or its destination is not a classic queue.</exception>
    public override void Validate(Binding binding)
    {
        if (binding.RoutingKey.Length > 0)
            throw new BrokerException(BrokerError.Precondition, $"Non empty binding '{binding.RoutingKey}' key not permitted");
        if (binding.Destination is not Queue queue)
            throw new BrokerException(BrokerError.Precondition, "Destination not found");
        if (queue.Declaration.Arguments.Type.IsReplicated)
            throw new BrokerException(
                BrokerError.Precondition, $"Queue type {queue.Declaration.Arguments.Type.ModuleName} not valid for this exchange type");
    }
}
