using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>All permissions and topic permissions.</summary>
/// <remarks>Thread-safe. A change applies from the next check on, also on open channels.</remarks>
internal sealed class PermissionStore
{
    private readonly DefinitionTable<(string VirtualHost, string User), Permission> _permissions;
    private readonly DefinitionTable<(string VirtualHost, string User, string Exchange), TopicPermission> _topics;
    private int _version;

    /// <summary>Reads all permissions from the catalog.</summary>
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

    /// <summary>Receives the events of permissions.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>Raised with the virtual host after permissions in it changed, on the thread that changed them.</summary>
    public event Action<string>? Changed;

    /// <summary>
    /// Raised with virtual host and user after that user's permission was set or deleted, on the thread that changed it. Not raised when
    /// the user or the virtual host is deleted.
    /// </summary>
    public event Action<string, string>? UserChanged;

    /// <summary>Version number, incremented after every change. A cached check is valid while the number stays the same.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>All permissions, sorted by virtual host and user.</summary>
    public IReadOnlyList<Permission> All =>
        [.. _permissions.All.OrderBy(permission => permission.VirtualHost, StringComparer.Ordinal)
            .ThenBy(permission => permission.User, StringComparer.Ordinal)];

    /// <summary>All topic permissions, sorted by virtual host, user and exchange.</summary>
    public IReadOnlyList<TopicPermission> AllTopics =>
    [
        .. _topics.All.OrderBy(permission => permission.VirtualHost, StringComparer.Ordinal)
            .ThenBy(permission => permission.User, StringComparer.Ordinal)
            .ThenBy(permission => permission.Exchange, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Called with pattern, user, virtual host and name when a match takes too long and therefore counts as no match. Called once for each
    /// pattern.
    /// </summary>
    public Action<string, string, string, string>? PatternTooSlow { get; set; }

    /// <summary>
    /// Returns a user's permission in a virtual host. Null if there is none: the user then cannot connect to the virtual host.
    /// </summary>
    public Permission? Find(string virtualHost, string user) => _permissions.Find((virtualHost, user));

    /// <summary>Returns a user's topic permission for an exchange. Null if there is none: every routing key is then allowed.</summary>
    public TopicPermission? FindTopic(string virtualHost, string user, string exchange) =>
        _topics.IsEmpty ? null : _topics.Find((virtualHost, user, exchange));

    /// <summary>True if a user may access a queue or exchange. The name of the default exchange is <c>amq.default</c> here.</summary>
    public bool Allows(string virtualHost, string user, AccessKind kind, string name)
    {
        if (Find(virtualHost, user) is not { } permission)
            return false;
        bool isAllowed = permission.Allows(kind, name);
        ReportIfTooSlow(permission.PatternOf(kind), user, virtualHost, name);
        return isAllowed;
    }

    /// <summary>True if a user may use a routing key with a topic exchange.</summary>
    public bool AllowsTopic(string virtualHost, string user, AccessKind kind, string exchange, string routingKey)
    {
        if (FindTopic(virtualHost, user, exchange) is not { } permission)
            return true;
        bool isAllowed = permission.Allows(kind, routingKey);
        ReportIfTooSlow(permission.PatternOf(kind), user, virtualHost, routingKey);
        return isAllowed;
    }

    /// <summary>Adds or replaces the permission of a user in a virtual host. Does not check that user and virtual host exist.</summary>
    public void Put(Permission permission)
    {
        _permissions.Put((permission.VirtualHost, permission.User), permission);
        NoteChange(permission.VirtualHost);
        UserChanged?.Invoke(permission.VirtualHost, permission.User);
        Events.PermissionPut(permission);
    }

    /// <summary>Adds or replaces a topic permission. The exchange need not exist.</summary>
    public void PutTopic(TopicPermission permission)
    {
        _topics.Put((permission.VirtualHost, permission.User, permission.Exchange), permission);
        NoteChange(permission.VirtualHost);
        Events.TopicPermissionPut(permission);
    }

    /// <summary>
    /// Deletes a user's permission; false if there was none. Open connections stay open, but every further access is refused.
    /// </summary>
    public bool Delete(string virtualHost, string user)
    {
        if (!Remove(virtualHost, user))
            return false;
        UserChanged?.Invoke(virtualHost, user);
        Events.PermissionDeleted(virtualHost, user);
        return true;
    }

    /// <summary>Deletes a user's topic permission for one exchange, or for all exchanges (null); false if there was none.</summary>
    public bool DeleteTopic(string virtualHost, string user, string? exchange = null)
    {
        bool isDeleted = RemoveTopic(virtualHost, user, exchange);
        if (isDeleted)
            Events.TopicPermissionsDeleted(virtualHost, user);
        return isDeleted;
    }

    /// <summary>Deletes all permissions of a user.</summary>
    /// <remarks>Raises no events for the permissions, as in RabbitMQ: <c>user.deleted</c> implies them.</remarks>
    public void DeleteUser(string user)
    {
        foreach (var permission in _permissions.All.Where(permission => permission.User == user))
            Remove(permission.VirtualHost, user);
        foreach (var topic in _topics.All.Where(topic => topic.User == user))
            RemoveTopic(topic.VirtualHost, user, topic.Exchange);
    }

    /// <summary>Deletes all permissions in a virtual host.</summary>
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
        foreach (var topic in _topics.All.Where(
            topic => topic.VirtualHost == virtualHost && topic.User == user && (exchange is null || topic.Exchange == exchange)))
            isRemoved |= _topics.Remove((topic.VirtualHost, topic.User, topic.Exchange));
        NoteChange(virtualHost);
        return isRemoved;
    }

    private void Restore(Permission permission) => _permissions.Restore((permission.VirtualHost, permission.User), permission);

    private void Restore(TopicPermission permission) =>
        _topics.Restore((permission.VirtualHost, permission.User, permission.Exchange), permission);

    /// <summary>
    /// Increments the version and raises <see cref="Changed"/>. Called after the change: if the increment came first, a check of the old
    /// permission could be cached under the new version.
    /// </summary>
    private void NoteChange(string virtualHost)
    {
        Interlocked.Increment(ref _version);
        Changed?.Invoke(virtualHost);
    }

    private void ReportIfTooSlow(NamePattern pattern, string user, string virtualHost, string name)
    {
        if (pattern.TakeTimeout())
            PatternTooSlow?.Invoke(pattern.Text, user, virtualHost, name);
    }
}
