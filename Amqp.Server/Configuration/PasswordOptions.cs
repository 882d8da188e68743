namespace Amqp.Server.Configuration;

/// <summary>Hashing of passwords, and rules for new passwords.</summary>
public sealed class PasswordOptions
{
    internal const string AcceptEverything = "rabbit_credential_validator_accept_everything";
    internal const string MinimumLength = "rabbit_credential_validator_min_password_length";
    internal const string RegularExpression = "rabbit_credential_validator_password_regexp";

    /// <summary>RabbitMQ's name of the hash algorithm for new passwords.</summary>
    public string Hashing { get; set; } = "rabbit_password_hashing_sha256";

    /// <summary>RabbitMQ's name of the validator for new passwords; one of the constants of this type.</summary>
    public string Validation { get; set; } = AcceptEverything;

    /// <summary>Smallest number of bytes in a new password. Used if <see cref="Validation"/> is <see cref="MinimumLength"/>.</summary>
    public int MinLength { get; set; } = 5;

    /// <summary>
    /// Regular expression that must match in a new password. Used if <see cref="Validation"/> is <see cref="RegularExpression"/>.
    /// </summary>
    public string Pattern { get; set; } = ".*";
}
