namespace Amqp.Server.Configuration;

/// <summary>Who may log in, and how.</summary>
public sealed class AccessOptions
{
    /// <summary>What a new data directory begins with.</summary>
    public DefaultAccess DefaultAccess { get; set; } = new();

    /// <summary>The SASL mechanisms that clients may use, as far as the broker has them.</summary>
    public IReadOnlyCollection<string> AuthenticationMechanisms { get; set; } = ["PLAIN", "AMQPLAIN", "EXTERNAL"];

    /// <summary>How passwords are kept, and what new ones must be like.</summary>
    public PasswordOptions Passwords { get; set; } = new();

    /// <summary>Users who may connect over a loopback address only.</summary>
    public IReadOnlyCollection<string> LoopbackUsers { get; set; } = ["guest"];
}
