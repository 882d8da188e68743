namespace Amqp.Server.Configuration;

/// <summary>Options for logins: the default user, SASL mechanisms, passwords, and users that may connect only over loopback.</summary>
public sealed class AccessOptions
{
    /// <summary>The user and the virtual host that a new data directory contains.</summary>
    public DefaultAccess DefaultAccess { get; set; } = new();

    /// <summary>Names of the SASL mechanisms to offer. Unsupported mechanisms in the list are never offered.</summary>
    public IReadOnlyCollection<string> AuthenticationMechanisms { get; set; } = ["PLAIN", "AMQPLAIN", "EXTERNAL"];

    /// <summary>The hashing algorithm for passwords, and the rules for new passwords.</summary>
    public PasswordOptions Passwords { get; set; } = new();

    /// <summary>Users that may connect only over a loopback address.</summary>
    public IReadOnlyCollection<string> LoopbackUsers { get; set; } = ["guest"];
}
