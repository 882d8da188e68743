using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Compares a redeclaration with the existing queue, and rejects declarations that are never valid.</summary>
internal static class QueueEquivalence
{
    /// <param name="current">The existing queue.</param>
    /// <param name="flags">Flags of the new declaration.</param>
    /// <param name="arguments">Arguments of the new declaration.</param>
    /// <param name="connection">The connection that declares the queue.</param>
    /// <param name="defaultType">The default queue type; null: classic.</param>
    /// <exception cref="BrokerException">
    /// 405: another connection owns the queue, or only the new declaration is exclusive. 406: a property differs.
    /// </exception>
    public static void Demand(Queue current, QueueFlags flags, FieldTable arguments, object connection, string? defaultType)
    {
        // The exclusive flag is compared strictly: even the owner must repeat the flag.
        current.DemandAccess((flags & QueueFlags.Exclusive) != 0 || !current.Declaration.IsExclusive ? connection : current);
        if (!current.Declaration.IsExclusive && (flags & QueueFlags.Exclusive) != 0)
            throw NameErrors.Locked(current.Name, current.VirtualHost);
        DemandFlag("durable", QueueFlags.Durable);
        DemandFlag("auto_delete", QueueFlags.AutoDelete);
        if (defaultType is not null
            && arguments[QueueKinds.Argument] is null
            && current.Declaration.Arguments.Table[QueueKinds.Argument] is { } type)
            arguments = arguments.With(QueueKinds.Argument, type); // a declaration that leaves the type to a default matches any type
        current.Declaration.Arguments.DemandEquivalent(arguments, current.Name, current.VirtualHost);

        void DemandFlag(string name, QueueFlags flag)
        {
            if ((flags & flag) != (current.Declaration.Flags & flag))
                throw ArgumentTypes.Inequivalent(
                    name, "queue", current.Name, current.VirtualHost,
                    (flags & flag) != 0 ? "'true'" : "'false'", (current.Declaration.Flags & flag) != 0 ? "'true'" : "'false'");
        }
    }

    /// <summary>Adds the default type to arguments without a type, if the queue can have the default type.</summary>
    public static FieldTable WithDefaultType(FieldTable arguments, QueueFlags flags, string? type)
    {
        bool isOpen = type is not null && arguments[QueueKinds.Argument] is null && flags == QueueFlags.Durable;
        return isOpen ? arguments.With(QueueKinds.Argument, FieldValue.FromString(type!)) : arguments;
    }

    /// <summary>Throws if a quorum queue would be non-durable, exclusive, auto-delete or server-named.</summary>
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
                throw new BrokerException(
                    BrokerError.Precondition, $"invalid property '{property}' for queue '{name}' in vhost '{virtualHost}'");
        }
    }
}
