namespace Amqp.Server.Configuration;

/// <summary>The hashing algorithm for passwords, and the rules for new passwords.</summary>
public sealed class PasswordOptions
{
    internal const string AcceptEverything = "rabbit_credential_validator_accept_everything";
    internal const string MinimumLength = "rabbit_credential_validator_min_password_length";
    internal const string RegularExpression = "rabbit_credential_validator_password_regexp";

    /// <summary>Hash algorithm for new passwords, by its name in RabbitMQ.</summary>
    public string Hashing { get; set; } = "rabbit_password_hashing_sha256";

    /// <summary>Validator for new passwords, by its name in RabbitMQ: a constant of this type.</summary>
    public string Validation { get; set; } = AcceptEverything;

    /// <summary>Smallest length of a new password, in bytes. Used if <see cref="Validation"/> is <see cref="MinimumLength"/>.</summary>
    public int MinLength { get; set; } = 5;

    /// <summary>
    /// Regular expression that a new password must match. Used if <see cref="Validation"/> is <see cref="RegularExpression"/>.
    /// </summary>
    public string Pattern { get; set; } = ".*";
}
