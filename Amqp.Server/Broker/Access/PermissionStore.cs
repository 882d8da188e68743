using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>All permissions and topic permissions of all users. Thread-safe.</summary>
/// <remarks>A change also applies to open channels.</remarks>
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

    /// <summary>Receives events about changed permissions.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>
    /// Raised after permissions in a virtual host have changed. The argument is the name of the virtual host. Handlers run on the thread
    /// that made the change.
    /// </summary>
    public event Action<string>? Changed;

    /// <summary>
    /// Raised after a user's permission was set or deleted. The arguments are the names of the virtual host and the user. Handlers run on
    /// the thread that made the change.
    /// </summary>
    /// <remarks>Not raised if the user or the virtual host itself is deleted.</remarks>
    public event Action<string, string>? UserChanged;

    /// <summary>Number of changes so far. Cached results of permission checks are valid until this number changes.</summary>
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
    /// Called if an access is refused because matching a pattern took too long. The arguments are the pattern, the user, the virtual
    /// host, and the name or routing key to match.
    /// </summary>
    public Action<string, string, string, string>? PatternTooSlow { get; set; }

    /// <summary>
    /// Returns a user's permission in a virtual host. Null if the user has none, and so cannot connect to the virtual host.
    /// </summary>
    public Permission? Find(string virtualHost, string user) => _permissions.Find((virtualHost, user));

    /// <summary>Returns a user's topic permission for an exchange. Null if the user has none, and so may use every routing key.</summary>
    public TopicPermission? FindTopic(string virtualHost, string user, string exchange) =>
        _topics.IsEmpty ? null : _topics.Find((virtualHost, user, exchange));

    /// <summary>
    /// Returns true if the user may access the queue or exchange with this name. For the default exchange, the name is <c>amq.default</c>.
    /// </summary>
    public bool Allows(string virtualHost, string user, AccessKind kind, string name)
    {
        if (Find(virtualHost, user) is not { } permission)
            return false;
        bool isAllowed = permission.Allows(kind, name);
        ReportIfTooSlow(permission.PatternOf(kind), user, virtualHost, name);
        return isAllowed;
    }

    /// <summary>Returns true if the user may use the routing key with this topic exchange.</summary>
    public bool AllowsTopic(string virtualHost, string user, AccessKind kind, string exchange, string routingKey)
    {
        if (FindTopic(virtualHost, user, exchange) is not { } permission)
            return true;
        bool isAllowed = permission.Allows(kind, routingKey);
        ReportIfTooSlow(permission.PatternOf(kind), user, virtualHost, routingKey);
        return isAllowed;
    }

    /// <summary>Adds or replaces a user's permission in a virtual host. Does not check that the user and the virtual host exist.</summary>
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
    /// Deletes a user's permission in a virtual host. Returns false if the user has none. The user's connections stay open.
    /// </summary>
    public bool Delete(string virtualHost, string user)
    {
        if (!Remove(virtualHost, user))
            return false;
        UserChanged?.Invoke(virtualHost, user);
        Events.PermissionDeleted(virtualHost, user);
        return true;
    }

    /// <summary>Deletes a user's topic permission for one exchange, or for all exchanges if the exchange is null.</summary>
    /// <returns>False if the user has none.</returns>
    public bool DeleteTopic(string virtualHost, string user, string? exchange = null)
    {
        bool isDeleted = RemoveTopic(virtualHost, user, exchange);
        if (isDeleted)
            Events.TopicPermissionsDeleted(virtualHost, user);
        return isDeleted;
    }

    /// <summary>Deletes all permissions of a user that is being deleted. As in RabbitMQ, only <c>user.deleted</c> reports this.</summary>
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

    /// <summary>Increments the version and raises <see cref="Changed"/>. Must be called after each change.</summary>
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
