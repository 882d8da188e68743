namespace Amqp.Server.Configuration;

/// <summary>The user and the virtual host that the broker creates in a new data directory.</summary>
public sealed class DefaultAccess
{
    public string User { get; set; } = "guest";

    public string Password { get; set; } = "guest";

    /// <summary>The user's tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = ["administrator"];

    public string VirtualHost { get; set; } = "/";

    /// <summary>The user's permissions in the virtual host.</summary>
    public DefaultPermissions Permissions { get; set; } = new();

    /// <summary>
    /// Users that the broker creates together with each new virtual host, even at runtime: RabbitMQ's <c>default_users</c>.
    /// </summary>
    public IReadOnlyList<DefaultUser> Users { get; set; } = [];
}

/// <summary>Permissions. Each is a regular expression that matches names of queues and exchanges.</summary>
public sealed class DefaultPermissions
{
    public string Configure { get; set; } = ".*";

    public string Write { get; set; } = ".*";

    public string Read { get; set; } = ".*";
}

/// <summary>A user that is created with each new virtual host whose name matches <see cref="VirtualHostPattern"/>.</summary>
/// <param name="name">Name of the user.</param>
public sealed class DefaultUser(string name)
{
    public string Name => name;

    /// <summary>The password; if empty, the user cannot log in with a password.</summary>
    public string Password { get; set; } = "";

    /// <summary>The user's tags.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Regular expression that matches names of virtual hosts.</summary>
    public string VirtualHostPattern { get; set; } = ".*";

    /// <summary>The user's permissions in the virtual host.</summary>
    public DefaultPermissions Permissions { get; } = new();
}
