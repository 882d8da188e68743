using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker;

/// <summary>Creates the default user of a new data directory, and the default users of each new virtual host.</summary>
/// <remarks>Old versions of the broker had no permissions. Users from such a version get full permissions.</remarks>
internal sealed class InitialAccess(
    VirtualHostTable virtualHosts,
    UserStore users,
    PermissionStore permissions,
    PasswordRules passwords,
    DefaultAccess defaults,
    ILogger logger)
{
    /// <summary>Creates missing users and permissions. Called when the data directory was opened.</summary>
    /// <param name="definitions">
    /// Imports the configured definitions; null if none are configured. As in RabbitMQ, the default user and virtual host are not created
    /// if definitions are imported.
    /// </param>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    public void Complete(Action? definitions)
    {
        virtualHosts.Added += AddDefaultUsers;
        bool isNew = virtualHosts.IsEmpty && users.All.All(user => user.Name == defaults.User);
        definitions?.Invoke();
        if (isNew && definitions is null)
            BeginNew();
        else if (isNew && users.IsEmpty)
            logger.NoUsersDefined(defaults.User);
        else if (isNew && users.Find(defaults.User) is null)
            logger.DefaultUserNotCreated(defaults.User);
        foreach (string name in users.WithoutPermissions)
            AllowEverything(name);
    }

    /// <summary>
    /// Creates the default user, and then the default virtual host. If the broker crashes in between, the next start repeats both steps.
    /// </summary>
    private void BeginNew()
    {
        users.Put(new User(defaults.User, passwords.Hash(defaults.Password), new UserTags(defaults.Tags)));
        Allow(defaults.User, defaults.VirtualHost, defaults.Permissions);
        if (virtualHosts.Find(defaults.VirtualHost) is null)
            virtualHosts.Put(defaults.VirtualHost, new VirtualHostDescription("Default virtual host", []));
    }

    private void AddDefaultUsers(VirtualHost virtualHost)
    {
        foreach (var user in defaults.Users.Where(user => new NamePattern(user.VirtualHostPattern).IsMatch(virtualHost.Name)))
        {
            var hash = user.Password.Length == 0 ? PasswordHash.None : passwords.Hash(user.Password);
            users.Put(new User(user.Name, hash, new UserTags(user.Tags)));
            Allow(user.Name, virtualHost.Name, user.Permissions);
        }
    }

    /// <summary>Gives a user full permissions. Used for users from versions of the broker without permissions.</summary>
    private void AllowEverything(string name)
    {
        foreach (var virtualHost in virtualHosts.All.Where(virtualHost => permissions.Find(virtualHost.Name, name) is null))
            Allow(name, virtualHost.Name, new DefaultPermissions());
        users.Put(users.Find(name)!); // last: after a crash, the next start migrates this user again
    }

    private void Allow(string user, string virtualHost, DefaultPermissions patterns) =>
        permissions.Put(new Permission(user, virtualHost, patterns.Configure, patterns.Write, patterns.Read));
}
