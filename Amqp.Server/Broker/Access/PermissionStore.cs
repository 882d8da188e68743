using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>Who may do what where.</summary>
/// <remarks>Thread-safe. A change holds from the next method on that asks, on open channels too.</remarks>
internal sealed class PermissionStore
{
    private readonly DefinitionTable<(string VirtualHost, string User), Permission> _permissions;
    private readonly DefinitionTable<(string VirtualHost, string User, string Exchange), TopicPermission> _topics;
    private int _version;

    /// <summary>Reads what the catalog holds.</summary>
    public PermissionStore(ICatalog catalog)
    {
        _permissions = new(catalog, key => DefinitionKey.OfPermission(key.VirtualHost, key.User), PermissionCodec.Write);
        _topics = new(catalog, key => DefinitionKey.OfTopicPermission(key.VirtualHost, key.User, key.Exchange), PermissionCodec.Write);
        foreach (var (key, value) in catalog.Entries)
        {
            if (key.StartsWith(DefinitionKey.Permissions, StringComparison.Ordinal))
                Restore(PermissionCodec.ReadPermission(DefinitionKey.Names(key), value));
            else if (key.StartsWith(DefinitionKey.TopicPermissions, StringComparison.Ordinal))
                Restore(PermissionCodec.ReadTopicPermission(DefinitionKey.Names(key), value));
        }
    }

    /// <summary>Hears of permissions that are given and taken.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>Permissions of this virtual host have changed. Raised on the thread that changed them.</summary>
    public event Action<string>? Changed;

    /// <summary>What a user may do in a virtual host has changed, or is nothing any more. Raised on the thread that changed it; not when user or virtual host are deleted.</summary>
    public event Action<string, string>? UserChanged;

    /// <summary>Another after every change: what was found out is good for as long as this stays.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>All permissions, in order of virtual host and user.</summary>
    public IReadOnlyList<Permission> All =>
        [.. _permissions.All.OrderBy(permission => permission.VirtualHost, StringComparer.Ordinal).ThenBy(permission => permission.User, StringComparer.Ordinal)];

    /// <summary>All topic permissions, in order of virtual host, user and exchange.</summary>
    public IReadOnlyList<TopicPermission> AllTopics =>
    [
        .. _topics.All.OrderBy(permission => permission.VirtualHost, StringComparer.Ordinal)
            .ThenBy(permission => permission.User, StringComparer.Ordinal)
            .ThenBy(permission => permission.Exchange, StringComparer.Ordinal),
    ];

    /// <summary>Told once of a pattern which takes too long for a name, that it therefore does not match: pattern, user, virtual host and name.</summary>
    public Action<string, string, string, string>? PatternTooSlow { get; set; }

    /// <summary>What a user may do in a virtual host; null when that is nothing, not even to connect.</summary>
    public Permission? Find(string virtualHost, string user) => _permissions.Find((virtualHost, user));

    /// <summary>Which routing keys a user may use with a topic exchange; null when all.</summary>
    public TopicPermission? FindTopic(string virtualHost, string user, string exchange) =>
        _topics.IsEmpty ? null : _topics.Find((virtualHost, user, exchange));

    /// <summary>Whether a user may use a queue or exchange so. The default exchange goes by <c>amq.default</c>.</summary>
    public bool Allows(string virtualHost, string user, AccessKind kind, string name)
    {
        if (Find(virtualHost, user) is not { } permission)
            return false;
        bool isAllowed = permission.Allows(kind, name);
        TellIfTooSlow(permission.PatternOf(kind), user, virtualHost, name);
        return isAllowed;
    }

    /// <summary>Whether a user may use a routing key with a topic exchange so.</summary>
    public bool AllowsTopic(string virtualHost, string user, AccessKind kind, string exchange, string routingKey)
    {
        if (FindTopic(virtualHost, user, exchange) is not { } permission)
            return true;
        bool isAllowed = permission.Allows(kind, routingKey);
        TellIfTooSlow(permission.PatternOf(kind), user, virtualHost, routingKey);
        return isAllowed;
    }

    /// <summary>Adds a permission or replaces the one of the same user and virtual host, which both are there.</summary>
    public void Put(Permission permission)
    {
        _permissions.Put((permission.VirtualHost, permission.User), permission);
        NoteChange(permission.VirtualHost);
        UserChanged?.Invoke(permission.VirtualHost, permission.User);
        Events.PermissionPut(permission);
    }

    /// <summary>Adds a topic permission or replaces the one of the same user, virtual host and exchange; the exchange need not be there.</summary>
    public void PutTopic(TopicPermission permission)
    {
        _topics.Put((permission.VirtualHost, permission.User, permission.Exchange), permission);
        NoteChange(permission.VirtualHost);
        Events.TopicPermissionPut(permission);
    }

    /// <summary>Takes a user's permission away; false when there was none. Open connections stay, and may do nothing more.</summary>
    public bool Delete(string virtualHost, string user)
    {
        if (!Remove(virtualHost, user))
            return false;
        UserChanged?.Invoke(virtualHost, user);
        Events.PermissionDeleted(virtualHost, user);
        return true;
    }

    /// <summary>Deletes one topic permission, or those of all exchanges; false when there was none.</summary>
    public bool DeleteTopic(string virtualHost, string user, string? exchange = null)
    {
        bool isDeleted = RemoveTopic(virtualHost, user, exchange);
        if (isDeleted)
            Events.TopicPermissionsDeleted(virtualHost, user);
        return isDeleted;
    }

    /// <summary>Deletes everything that a user may do.</summary>
    /// <remarks>As in RabbitMQ no event tells of each: that the user is deleted says it.</remarks>
    public void DeleteUser(string user)
    {
        foreach (var permission in _permissions.All.Where(permission => permission.User == user))
            Remove(permission.VirtualHost, user);
        foreach (var topic in _topics.All.Where(topic => topic.User == user))
            RemoveTopic(topic.VirtualHost, user, topic.Exchange);
    }

    /// <summary>Deletes everything that anyone may do in a virtual host.</summary>
    public void DeleteVirtualHost(string virtualHost)
    {
        foreach (var permission in _permissions.All.Where(permission => permission.VirtualHost == virtualHost))
            if (Remove(virtualHost, permission.User))
                Events.PermissionDeleted(virtualHost, permission.User);
        foreach (var topic in _topics.All.Where(topic => topic.VirtualHost == virtualHost))
            DeleteTopic(virtualHost, topic.User, topic.Exchange);
    }

    private bool Remove(string virtualHost, string user)
    {
        bool isRemoved = _permissions.Remove((virtualHost, user));
        NoteChange(virtualHost);
        return isRemoved;
    }

    private bool RemoveTopic(string virtualHost, string user, string? exchange)
    {
        bool isRemoved = false;
        foreach (var topic in _topics.All.Where(topic => topic.VirtualHost == virtualHost && topic.User == user && (exchange is null || topic.Exchange == exchange)))
            isRemoved |= _topics.Remove((topic.VirtualHost, topic.User, topic.Exchange));
        NoteChange(virtualHost);
        return isRemoved;
    }

    private void Restore(Permission permission) => _permissions.Restore((permission.VirtualHost, permission.User), permission);

    private void Restore(TopicPermission permission) => _topics.Restore((permission.VirtualHost, permission.User, permission.Exchange), permission);

    /// <summary>The version changes last: who saw the old one may have seen the old permission.</summary>
    private void NoteChange(string virtualHost)
    {
        Interlocked.Increment(ref _version);
        Changed?.Invoke(virtualHost);
    }

    private void TellIfTooSlow(NamePattern pattern, string user, string virtualHost, string name)
    {
        if (pattern.TakeTimeout())
            PatternTooSlow?.Invoke(pattern.Text, user, virtualHost, name);
    }
}
