namespace Amqp.Server.Configuration;

/// <summary>How passwords are kept, and what new ones must be like.</summary>
public sealed class PasswordOptions
{
    internal const string AcceptEverything = "rabbit_credential_validator_accept_everything";
    internal const string MinimumLength = "rabbit_credential_validator_min_password_length";
    internal const string RegularExpression = "rabbit_credential_validator_password_regexp";

    /// <summary>RabbitMQ's name of the hash that new passwords get.</summary>
    public string Hashing { get; set; } = "rabbit_password_hashing_sha256";

    /// <summary>RabbitMQ's name of what looks at new passwords.</summary>
    public string Validation { get; set; } = AcceptEverything;

    /// <summary>Bytes that a new password must have at least, for <see cref="MinimumLength"/>.</summary>
    public int MinLength { get; set; } = 5;

    /// <summary>What a new password must match, for <see cref="RegularExpression"/>.</summary>
    public string Pattern { get; set; } = ".*";
}
