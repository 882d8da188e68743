using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Events;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Access;

/// <summary>All users. Also checks their logins.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class UserStore
{
    /// <summary>Hash that is verified if the name is unknown, so that the login takes as long as a login with a known name.</summary>
    private static readonly PasswordHash _noUsersHash = PasswordHash.Create("");

    private readonly DefinitionTable<string, User> _users;
    private readonly PermissionStore _permissions;
    private readonly IReadOnlyCollection<string> _loopbackUsers;

    /// <summary>Reads all users from the catalog.</summary>
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

    /// <summary>Receives events about users.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>
    /// Raised before a user is deleted, on the thread that deletes the user. The argument is the name. Handlers delete other data of the
    /// user.
    /// </summary>
    public event Action<string>? Deleting;

    /// <summary>Raised after a user was deleted, on the thread that deleted the user. The argument is the name.</summary>
    public event Action<string>? Deleted;

    /// <summary>
    /// Names of the users that an old version of the broker stored. That version had no permissions: every user could access everything.
    /// </summary>
    public List<string> WithoutPermissions { get; } = [];

    public bool IsEmpty => _users.IsEmpty;

    /// <summary>All users, sorted by name.</summary>
    public IReadOnlyList<User> All => [.. _users.All.OrderBy(user => user.Name, StringComparer.Ordinal)];

    public User? Find(string name) => _users.Find(name);

    /// <summary>Adds or replaces a user. Open connections of the user stay open, and keep the tags that the user had at login.</summary>
    public void Put(User user)
    {
        bool isNew = Find(user.Name) is null;
        _users.Put(user.Name, user);
        Events.UserPut(user, isNew);
    }

    /// <summary>Deletes a user and all permissions of the user. Returns false if the user does not exist.</summary>
    public bool Delete(string name)
    {
        Deleting?.Invoke(name);
        _permissions.DeleteUser(name); // called before Remove, because a new user with this name must not get the permissions after a crash
        if (!_users.Remove(name))
            return false;
        Events.UserDeleted(name);
        Deleted?.Invoke(name);
        return true;
    }

    /// <summary>Returns the user if name and password are correct, and the user may connect from the client's address.</summary>
    /// <param name="name">The name from the client.</param>
    /// <param name="password">Password in clear text. An empty password never matches.</param>
    /// <param name="isLoopback">True if the client is on this machine.</param>
    /// <param name="refusal">The reason of a refusal, for the log.</param>
    /// <returns>Null if the login is refused.</returns>
    public User? Authenticate(string name, string password, bool isLoopback, out string refusal)
    {
        var user = _users.Find(name);
        bool isRight = (user?.PasswordHash ?? _noUsersHash).Verify(password);
        if (password.Length == 0)
            refusal = "a blank password is never accepted";
        else if (user is null || !isRight)
            refusal = "invalid credentials";
        else
            return Admit(user, isLoopback, out refusal);
        return null;
    }

    /// <summary>Admits a user who was authenticated without a password. Returns null if the user is unknown or refused.</summary>
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
