using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>A password hash in RabbitMQ's format: four octets of salt, and the hash of salt and password. Immutable.</summary>
/// <remarks>A user with an empty hash cannot log in with a password.</remarks>
internal sealed class PasswordHash
{
    private const int SaltSize = 4;

    private readonly byte[] _octets;

    private PasswordHash(HashingAlgorithm algorithm, byte[] octets) => (Algorithm, _octets) = (algorithm, octets);

    /// <summary>The empty hash, for users without a password.</summary>
    public static PasswordHash None { get; } = new(HashingAlgorithm.Sha256, []);

    public HashingAlgorithm Algorithm { get; }

    /// <summary>True if the user has no password. No password matches an empty hash.</summary>
    public bool IsEmpty => _octets.Length == 0;

    /// <summary>The salt, followed by the hash. Empty for a user without a password.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Hashes a password with a new random salt.</summary>
    public static PasswordHash Create(string password, HashingAlgorithm algorithm = HashingAlgorithm.Sha256) =>
        new(algorithm, Hash(algorithm, RandomNumberGenerator.GetBytes(SaltSize), password));

    /// <summary>Creates the object from stored octets: the salt, followed by the hash.</summary>
    public static PasswordHash FromOctets(HashingAlgorithm algorithm, ReadOnlySpan<byte> octets) => new(algorithm, octets.ToArray());

    /// <summary>Parses the base64 text of <c>password_hash</c> in RabbitMQ's definitions and HTTP API.</summary>
    public static bool TryParse(string base64, HashingAlgorithm algorithm, [NotNullWhen(true)] out PasswordHash? hash)
    {
        byte[] octets = new byte[base64.Length];
        hash = Convert.TryFromBase64String(base64, octets, out int length) ? FromOctets(algorithm, octets.AsSpan(0, length)) : null;
        return hash is not null;
    }

    /// <summary>Returns true if the password is right. Takes the same time for right and wrong passwords.</summary>
    public bool Verify(string password) =>
        CryptographicOperations.FixedTimeEquals(
            _octets, Hash(Algorithm, _octets.Length > SaltSize ? _octets[..SaltSize] : new byte[SaltSize], password));

    /// <summary>Returns salt and hash in base64.</summary>
    public override string ToString() => Convert.ToBase64String(_octets);

    [SuppressMessage("Security", "CA5351", Justification = "Old definitions are taken as they are; no new hash is made with MD5.")]
    private static byte[] Hash(HashingAlgorithm algorithm, byte[] salt, string password)
    {
        byte[] salted = [.. salt, .. Encoding.UTF8.GetBytes(password)];
        byte[] hash = algorithm switch
        {
            HashingAlgorithm.Sha256 => SHA256.HashData(salted),
            HashingAlgorithm.Sha512 => SHA512.HashData(salted),
            HashingAlgorithm.Md5 => MD5.HashData(salted),
            _ => throw new InvalidDataException($"A password is hashed with algorithm {(int)algorithm}, which this version does not know."),
        };
        return [.. salt, .. hash];
    }
}
