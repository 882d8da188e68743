using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>The users, and who may log in from where.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class UserStore
{
    /// <summary>What a password is compared with when there is no such user, so that it takes as long.</summary>
    private static readonly PasswordHash _noUsersHash = PasswordHash.Create("");

    private readonly DefinitionTable<string, User> _users;
    private readonly PermissionStore _permissions;
    private readonly IReadOnlyCollection<string> _loopbackUsers;

    /// <summary>Reads what the catalog holds.</summary>
    public UserStore(ICatalog catalog, PermissionStore permissions, IReadOnlyCollection<string> loopbackUsers)
    {
        _users = new(catalog, DefinitionKey.OfUser, UserCodec.Write);
        (_permissions, _loopbackUsers) = (permissions, loopbackUsers);
        foreach (var (key, value) in catalog.Entries.Where(entry => entry.Key.StartsWith(DefinitionKey.Users, StringComparison.Ordinal)))
        {
            string name = DefinitionKey.Names(key)[0];
            _users.Restore(name, UserCodec.Read(name, value));
            if (UserCodec.IsOfOldVersion(value))
                WithoutPermissions.Add(name);
        }
    }

    /// <summary>Hears of users that come, change and go.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>A user is about to be deleted: what must not be left to a later user of that name goes first, whenever a crash comes. Raised on the thread that does it.</summary>
    public event Action<string>? Deleting;

    /// <summary>A user has been deleted. Raised on the thread that did it.</summary>
    public event Action<string>? Deleted;

    /// <summary>Users of a version that had no permissions, when everybody was allowed everything.</summary>
    public List<string> WithoutPermissions { get; } = [];

    public bool IsEmpty => _users.IsEmpty;

    /// <summary>All users, in order of their names.</summary>
    public IReadOnlyList<User> All => [.. _users.All.OrderBy(user => user.Name, StringComparer.Ordinal)];

    public User? Find(string name) => _users.Find(name);

    /// <summary>Adds a user or replaces the one of the same name. Who is connected stays so, with the tags of the login.</summary>
    public void Put(User user)
    {
        bool isNew = Find(user.Name) is null;
        _users.Put(user.Name, user);
        Events.UserPut(user, isNew);
    }

    /// <summary>Deletes a user, with all permissions; false when there is none.</summary>
    public bool Delete(string name)
    {
        Deleting?.Invoke(name);
        _permissions.DeleteUser(name); // before the user, as above
        if (!_users.Remove(name))
            return false;
        Events.UserDeleted(name);
        Deleted?.Invoke(name);
        return true;
    }

    /// <summary>The user, if name and password are right and the peer's address is one that the user may come from.</summary>
    /// <param name="name">Login name.</param>
    /// <param name="password">Password.</param>
    /// <param name="isLoopback">Whether the peer is on this machine.</param>
    /// <param name="refusal">Why not, for the log.</param>
    public User? Authenticate(string name, string password, bool isLoopback, out string refusal)
    {
        var user = _users.Find(name);
        bool isRight = (user?.PasswordHash ?? _noUsersHash).Verify(password);
        if (password.Length == 0)
            refusal = "a blank password is never right";
        else if (user is null || !isRight)
            refusal = "invalid credentials";
        else
            return Admit(user, isLoopback, out refusal);
        return null;
    }

    /// <summary>The user who has proved the name by other means than a password, if the peer's address is right.</summary>
    public User? Admit(string name, bool isLoopback, out string refusal)
    {
        if (_users.Find(name) is { } user)
            return Admit(user, isLoopback, out refusal);
        refusal = "no such user";
        return null;
    }

    private User? Admit(User user, bool isLoopback, out string refusal)
    {
        bool isAllowed = isLoopback || !_loopbackUsers.Contains(user.Name);
        refusal = isAllowed ? "" : $"user '{user.Name}' can only connect via localhost";
        return isAllowed ? user : null;
    }
}
