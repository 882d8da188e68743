using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Access;

/// <summary>Publishes events about users and permissions.</summary>
internal static class AccessEvents
{
    public static void UserPut(this BrokerEvents events, User user, bool isNew)
    {
        if (!events.IsWanted)
            return;
        bool hasPassword = !ReferenceEquals(user.PasswordHash, PasswordHash.None);
        if (isNew || hasPassword)
            events.Raise(isNew ? "user.created" : "user.password.changed", [Performed(), Fact("name", user.Name)]);
        events.Raise("user.tags.set", [Performed(), Fact("tags", user.Tags.Names), Fact("name", user.Name)]);
        if (!hasPassword)
            events.Raise("user.password.cleared", [Performed(), Fact("name", user.Name)]);
    }

    public static void UserDeleted(this BrokerEvents events, string name)
    {
        if (events.IsWanted)
            events.Raise("user.deleted", [Performed(), Fact("name", name)]);
    }

    public static void PermissionPut(this BrokerEvents events, Permission permission)
    {
        if (events.IsWanted)
            events.Raise("permission.created",
            [
                Performed(), Fact("read", permission.Read.Text), Fact("write", permission.Write.Text),
                Fact("configure", permission.Configure.Text),
                Fact("vhost", permission.VirtualHost), Fact("user", permission.User),
            ]);
    }

    public static void PermissionDeleted(this BrokerEvents events, string virtualHost, string user)
    {
        if (events.IsWanted)
            events.Raise("permission.deleted", [Performed(), Fact("vhost", virtualHost), Fact("user", user)]);
    }

    public static void TopicPermissionPut(this BrokerEvents events, TopicPermission permission)
    {
        if (events.IsWanted)
            events.Raise("topic.permission.created",
            [
                Performed(), Fact("read", permission.Read), Fact("write", permission.Write), Fact("exchange", permission.Exchange),
                Fact("vhost", permission.VirtualHost), Fact("user", permission.User),
            ]);
    }

    public static void TopicPermissionsDeleted(this BrokerEvents events, string virtualHost, string user)
    {
        if (events.IsWanted)
            events.Raise("topic.permission.deleted", [Performed(), Fact("vhost", virtualHost), Fact("user", user)]);
    }
}
