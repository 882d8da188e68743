using System.Text;
using Amqp.Server.Broker.Names;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Access;

/// <summary>
/// Hashes and validates new passwords. Corresponds to RabbitMQ's <c>password_hashing_module</c> and <c>credential_validator</c>.
/// </summary>
internal sealed class PasswordRules(PasswordOptions options)
{
    private readonly HashingAlgorithm _algorithm = HashingAlgorithms.Find(options.Hashing) ?? HashingAlgorithm.Sha256;
    private readonly NamePattern _pattern = new(options.Pattern, remembers: false);

    /// <summary>Hashes a new password with the configured algorithm.</summary>
    public PasswordHash Hash(string password) => PasswordHash.Create(password, _algorithm);

    /// <summary>Returns the reason, in RabbitMQ's words, for refusing a new password; null if the password is accepted.</summary>
    public string? RefusalOf(string password) => options.Validation switch
    {
        PasswordOptions.MinimumLength when Encoding.UTF8.GetByteCount(password) < options.MinLength =>
            $"minimum required password length is {options.MinLength}",
        PasswordOptions.RegularExpression when !_pattern.IsMatch(password) =>
            "provided password does not match the validator regular expression",
        _ => null,
    };
}
