using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>What must be the same when a queue is declared again, and what cannot be declared at all.</summary>
internal static class QueueEquivalence
{
    /// <param name="current">The queue that is there.</param>
    /// <param name="flags">What it is declared as now.</param>
    /// <param name="arguments">Likewise.</param>
    /// <param name="connection">Who declares it.</param>
    /// <param name="defaultType">The type of queues that name none; null: classic.</param>
    /// <exception cref="BrokerException">405: another connection's, or exclusive here and not there. 406 naming the first property that differs.</exception>
    public static void Demand(Queue current, QueueFlags flags, FieldTable arguments, object connection, string? defaultType)
    {
        // Exclusive use is compared strictly: the owner itself must ask for it again.
        current.DemandAccess((flags & QueueFlags.Exclusive) != 0 || !current.IsExclusive ? connection : current);
        if (!current.IsExclusive && (flags & QueueFlags.Exclusive) != 0)
            throw NameErrors.Locked(current.Name, current.VirtualHost);
        DemandFlag("durable", QueueFlags.Durable);
        DemandFlag("auto_delete", QueueFlags.AutoDelete);
        if (defaultType is not null && arguments[QueueKinds.Argument] is null && current.Arguments.Table[QueueKinds.Argument] is { } type)
            arguments = arguments.With(QueueKinds.Argument, type); // whatever the default was when it was declared
        current.Arguments.DemandEquivalent(arguments, current.Name, current.VirtualHost);

        void DemandFlag(string name, QueueFlags flag)
        {
            if ((flags & flag) != (current.Flags & flag))
                throw ArgumentTypes.Inequivalent(
                    name, "queue", current.Name, current.VirtualHost,
                    (flags & flag) != 0 ? "'true'" : "'false'", (current.Flags & flag) != 0 ? "'true'" : "'false'");
        }
    }

    /// <summary>The arguments with the type that they leave open, where the queue can have it.</summary>
    public static FieldTable WithDefaultType(FieldTable arguments, QueueFlags flags, string? type)
    {
        bool isOpen = type is not null && arguments[QueueKinds.Argument] is null && flags == QueueFlags.Durable;
        return isOpen ? arguments.With(QueueKinds.Argument, FieldValue.FromString(type!)) : arguments;
    }

    /// <summary>A quorum queue must be durable, shared, permanent and named by the client.</summary>
    /// <exception cref="BrokerException">406 with RabbitMQ's text.</exception>
    public static void DemandPossible(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, string virtualHost)
    {
        var type = QueueKinds.Of(arguments[QueueKinds.Argument]);
        if (!type.MustBePermanent)
            return;
        if (isServerNamed)
            throw new BrokerException(BrokerError.Precondition, $"Cannot declare a server-named queue for type {type.ModuleName}");
        DemandNot((flags & QueueFlags.Durable) == 0, "non-durable");
        DemandNot((flags & QueueFlags.Exclusive) != 0, "exclusive-owner");
        DemandNot((flags & QueueFlags.AutoDelete) != 0, "auto-delete");

        void DemandNot(bool isSo, string property)
        {
            if (isSo)
                throw new BrokerException(BrokerError.Precondition, $"invalid property '{property}' for queue '{name}' in vhost '{virtualHost}'");
        }
    }
}
