using System.Text;
using Amqp.Server.Broker.Definitions;
using Amqp.Storage;

namespace Amqp.Server.Security;

/// <summary>The users, and who may log in from where.</summary>
/// <remarks>Immutable once loaded, so any thread may ask.</remarks>
internal sealed class UserStore
{
    private readonly Dictionary<string, User> _users;
    private readonly IReadOnlyCollection<string> _loopbackUsers;

    private UserStore(Dictionary<string, User> users, IReadOnlyCollection<string> loopbackUsers) =>
        (_users, _loopbackUsers) = (users, loopbackUsers);

    /// <summary>Reads the users; a data folder without any gets the default one.</summary>
    public static UserStore Load(ICatalog catalog, string defaultUser, string defaultPassword, IReadOnlyCollection<string> loopbackUsers)
    {
        var users = catalog.Entries
            .Where(entry => entry.Key.StartsWith(DefinitionKey.Users, StringComparison.Ordinal))
            .Select(entry => Read(DefinitionKey.Names(entry.Key)[0], entry.Value))
            .ToDictionary(user => user.Name);
        if (users.Count == 0)
        {
            var user = new User(defaultUser, PasswordHash.Create(defaultPassword), "administrator");
            catalog.Put(DefinitionKey.OfUser(user.Name), Write(user));
            users.Add(user.Name, user);
        }
        return new UserStore(users, loopbackUsers);
    }

    /// <summary>The user, if name and password are right and the peer's address is one that the user may come from.</summary>
    /// <param name="name">Login name.</param>
    /// <param name="password">Password.</param>
    /// <param name="isLoopback">Whether the peer is on this machine.</param>
    /// <param name="refusal">Why not, for the log.</param>
    public User? Authenticate(string name, string password, bool isLoopback, out string refusal)
    {
        if (!_users.TryGetValue(name, out var user) || !PasswordHash.Verify(user.PasswordHash, password))
        {
            refusal = "invalid credentials";
            return null;
        }
        if (!isLoopback && _loopbackUsers.Contains(name))
        {
            refusal = $"user '{name}' can only connect via localhost";
            return null;
        }
        refusal = "";
        return user;
    }

    // | hash length u8 | hash | tags in UTF-8 |
    private static User Read(string name, byte[] value) =>
        new(name, value[1..(1 + value[0])], Encoding.UTF8.GetString(value.AsSpan(1 + value[0])));

    private static byte[] Write(User user) => [(byte)user.PasswordHash.Length, .. user.PasswordHash, .. Encoding.UTF8.GetBytes(user.Tags)];
}
