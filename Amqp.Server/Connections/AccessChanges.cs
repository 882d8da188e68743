using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Channels;

namespace Amqp.Server.Connections;

/// <summary>Applies changes of permissions, and deletions of users and virtual hosts, to connections that are already open.</summary>
internal static class AccessChanges
{
    /// <summary>
    /// Closes connections of deleted users or virtual hosts from now on, and cancels consumers that lose their read permission.
    /// </summary>
    public static void Follow(MessageBroker broker, ConnectionRegistry connections)
    {
        broker.Users.Deleted += name => connections.CloseWhere(
            connection => connection.Opened?.User is { IsInternal: false } user && user.Name == name, UserDeleted(name));
        broker.VirtualHosts.Deleted += virtualHost =>
            connections.CloseWhere(
                connection => connection.Opened?.VirtualHost == virtualHost, NameErrors.Deleted(virtualHost.Name).ToAmqp());
        broker.Permissions.UserChanged += (virtualHost, user) =>
        {
            foreach (var connection in connections.All)
                if (connection.Opened is { User.IsInternal: false } opened
                    && opened.User.Name == user && opened.VirtualHost.Name == virtualHost)
                    EndForbiddenConsumers(connection, opened, broker.Permissions);
        };
    }

    /// <summary>Throws if the user or the virtual host was deleted while the handshake ran.</summary>
    /// <exception cref="AmqpException">320: the user or the virtual host is deleted.</exception>
    public static void DemandNotDeleted(MessageBroker broker, OpenedConnection opened)
    {
        if (opened.VirtualHost.IsDeleted)
            throw NameErrors.Deleted(opened.VirtualHost.Name).ToAmqp();
        if (!opened.User.IsInternal && broker.Users.Find(opened.User.Name) is null)
            throw UserDeleted(opened.User.Name);
    }

    private static void EndForbiddenConsumers(AmqpConnection connection, OpenedConnection opened, PermissionStore permissions)
    {
        var round = new DispatchRound();
        bool mustClose = false;
        foreach (var session in connection.Sessions)
            foreach (var consumer in session.Consumers.All)
                if (!permissions.Allows(opened.VirtualHost.Name, opened.User.Name, AccessKind.Read, consumer.Queue.Name))
                    mustClose |= !session.Consumers.Revoke(consumer, round);
        round.Complete();
        if (mustClose)
            connection.WakeUp();
    }

    private static AmqpException UserDeleted(string name) => new(ReplyCode.ConnectionForced, $"user '{name}' is deleted");
}
