using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>All permissions and topic permissions of all users.</summary>
/// <remarks>Thread-safe. A change applies to every later access, also on open channels.</remarks>
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
    /// Raised with the name of a virtual host after permissions in the virtual host were changed. Runs on the thread that made the change.
    /// </summary>
    public event Action<string>? Changed;

    /// <summary>
    /// Raised with the names of virtual host and user after that user's permission was set or deleted. Runs on the thread that changed the
    /// permission. Not raised when the user or the virtual host is deleted.
    /// </summary>
    public event Action<string, string>? UserChanged;

    /// <summary>
    /// Version number, incremented after every change. The cached result of a permission check is valid as long as this number is
    /// unchanged.
    /// </summary>
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
    /// Called once for each pattern that takes too long to match. The arguments are pattern, user, virtual host and name. A match that
    /// takes too long counts as no match.
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
    /// Returns true if the user may access the queue or exchange with this name. The default exchange has the name <c>amq.default</c> here.
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
    /// Deletes a user's permission in a virtual host. Returns false if the user had none. Connections of the user stay open, but every
    /// further access is refused.
    /// </summary>
    public bool Delete(string virtualHost, string user)
    {
        if (!Remove(virtualHost, user))
            return false;
        UserChanged?.Invoke(virtualHost, user);
        Events.PermissionDeleted(virtualHost, user);
        return true;
    }

    /// <summary>
    /// Deletes a user's topic permission for one exchange. If the exchange is null, deletes the user's topic permissions for all exchanges.
    /// Returns false if the user had none.
    /// </summary>
    public bool DeleteTopic(string virtualHost, string user, string? exchange = null)
    {
        bool isDeleted = RemoveTopic(virtualHost, user, exchange);
        if (isDeleted)
            Events.TopicPermissionsDeleted(virtualHost, user);
        return isDeleted;
    }

    /// <summary>Deletes all permissions of a user.</summary>
    /// <remarks>Raises no events for single permissions, as in RabbitMQ: the event <c>user.deleted</c> implies them.</remarks>
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
    /// Increments the version and raises <see cref="Changed"/>. Must be called after the permissions have changed, so that no check of the
    /// old permissions is cached under the new version.
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
