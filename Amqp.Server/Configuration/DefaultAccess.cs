namespace Amqp.Server.Configuration;

/// <summary>The user and the virtual host that a new data directory begins with.</summary>
public sealed class DefaultAccess
{
    public string User { get; set; } = "guest";

    public string Password { get; set; } = "guest";

    /// <summary>The user's tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = ["administrator"];

    public string VirtualHost { get; set; } = "/";

    /// <summary>What the user may do in the virtual host.</summary>
    public DefaultPermissions Permissions { get; set; } = new();

    /// <summary>Users who are made together with virtual hosts, also with those added later: RabbitMQ's <c>default_users</c>.</summary>
    public IReadOnlyList<DefaultUser> Users { get; set; } = [];
}

/// <summary>Permissions as regular expressions.</summary>
public sealed class DefaultPermissions
{
    public string Configure { get; set; } = ".*";

    public string Write { get; set; } = ".*";

    public string Read { get; set; } = ".*";
}

/// <summary>A user who is made with each virtual host whose name matches.</summary>
/// <param name="name">The login name.</param>
public sealed class DefaultUser(string name)
{
    public string Name => name;

    /// <summary>The password; without one the user cannot log in with a password.</summary>
    public string Password { get; set; } = "";

    /// <summary>The user's tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Names of virtual hosts, as a regular expression.</summary>
    public string VirtualHostPattern { get; set; } = ".*";

    /// <summary>What the user may do there.</summary>
    public DefaultPermissions Permissions { get; } = new();
}
