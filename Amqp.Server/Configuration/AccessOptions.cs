namespace Amqp.Server.Configuration;

/// <summary>Options for logins: the default user, SASL mechanisms, passwords, and users restricted to loopback addresses.</summary>
public sealed class AccessOptions
{
    /// <summary>User and virtual host that are created in a new data directory.</summary>
    public DefaultAccess DefaultAccess { get; set; } = new();

    /// <summary>SASL mechanisms that clients may use. Unsupported mechanisms in the list are not offered.</summary>
    public IReadOnlyCollection<string> AuthenticationMechanisms { get; set; } = ["PLAIN", "AMQPLAIN", "EXTERNAL"];

    /// <summary>Hashing of passwords, and rules for new passwords.</summary>
    public PasswordOptions Passwords { get; set; } = new();

    /// <summary>Users that may connect only over a loopback address.</summary>
    public IReadOnlyCollection<string> LoopbackUsers { get; set; } = ["guest"];
}
