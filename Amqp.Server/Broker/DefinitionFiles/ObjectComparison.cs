using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Compares definitions of users, permissions, virtual hosts and parameters with the objects that exist now.</summary>
internal static class ObjectComparison
{
    /// <summary>Compares a user. Shows that the password changes, but no hash.</summary>
    public static DefinitionComparison Compare(DefinitionScope scope, User user, FieldTable limits)
    {
        if (scope.Users.Find(user.Name) is not { } old)
            return DefinitionComparison.New;
        var oldLimits = scope.UserLimits.Of(user.Name);
        var newLimits = limits.Aggregate(oldLimits, (table, limit) => table.Replace(limit.Key, limit.Value));
        bool isPasswordSame = old.PasswordHash.Algorithm == user.PasswordHash.Algorithm
            && old.PasswordHash.Octets.SequenceEqual(user.PasswordHash.Octets);
        if (isPasswordSame && old.Tags.Names.SequenceEqual(user.Tags.Names) && oldLimits.Equals(newLimits))
            return DefinitionComparison.Same;
        return new DefinitionComparison(
            false,
            json => Write(json, old.Tags, oldLimits, isPasswordSame ? null : "(old)"),
            json => Write(json, user.Tags, newLimits, isPasswordSame ? null : "(new)"));
    }

    /// <summary>Compares a virtual host. Tracing stays as it is if the definition does not name it.</summary>
    public static DefinitionComparison Compare(
        DefinitionScope scope, string name, VirtualHostDescription description, bool? isTracing)
    {
        if (scope.VirtualHosts.Find(name) is not { } host)
            return DefinitionComparison.New;
        var old = host.Description;
        bool wasTracing = host.IsTracing, traces = isTracing ?? wasTracing;
        bool isSame = (old.Text, old.DefaultQueueType, old.IsProtected, wasTracing)
                == (description.Text, description.DefaultQueueType, description.IsProtected, traces)
            && old.Tags.SequenceEqual(description.Tags);
        return isSame ? DefinitionComparison.Same : new DefinitionComparison(
            false, json => Write(json, old, wasTracing), json => Write(json, description, traces));
    }

    public static DefinitionComparison Compare(DefinitionScope scope, Permission permission) => DefinitionComparison.Of(
        scope.Permissions.Find(permission.VirtualHost, permission.User),
        permission,
        (old, other) => (old.Configure.Text, old.Write.Text, old.Read.Text) == (other.Configure.Text, other.Write.Text, other.Read.Text),
        DefinitionWriter.Write);

    public static DefinitionComparison Compare(DefinitionScope scope, TopicPermission permission) => DefinitionComparison.Of(
        scope.Permissions.FindTopic(permission.VirtualHost, permission.User, permission.Exchange),
        permission,
        (old, other) => (old.Write, old.Read) == (other.Write, other.Read),
        DefinitionWriter.Write);

    /// <summary>Compares the value of a parameter with the value that exists now; null if there is none.</summary>
    public static DefinitionComparison Compare(FieldValue? before, FieldValue after) =>
        before is not { } old ? DefinitionComparison.New
        : old == after ? DefinitionComparison.Same
        : new DefinitionComparison(false, json => Write(json, old), json => Write(json, after));

    private static void Write(Utf8JsonWriter json, FieldValue value)
    {
        json.WriteStartObject();
        json.WritePropertyName("value");
        JsonFields.Write(json, value);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, UserTags tags, FieldTable limits, string? password)
    {
        json.WriteStartObject();
        json.WriteStrings("tags", tags.Names);
        json.WriteTable("limits", limits);
        if (password is not null)
            json.WriteString("password", password);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VirtualHostDescription description, bool isTracing)
    {
        json.WriteStartObject();
        DefinitionWriter.WriteFields(json, description);
        json.WriteBoolean("tracing", isTracing);
        json.WriteEndObject();
    }
}
