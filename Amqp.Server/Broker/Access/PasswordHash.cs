using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's password hash: four octets of salt, then the hash of salt and password.</summary>
/// <remarks>Immutable. An empty hash belongs to a user who cannot log in with a password.</remarks>
internal sealed class PasswordHash
{
    private const int SaltSize = 4;

    private readonly byte[] _octets;

    private PasswordHash(HashingAlgorithm algorithm, byte[] octets) => (Algorithm, _octets) = (algorithm, octets);

    /// <summary>Hash of users without a password.</summary>
    public static PasswordHash None { get; } = new(HashingAlgorithm.Sha256, []);

    public HashingAlgorithm Algorithm { get; }

    /// <summary>True if no password matches.</summary>
    public bool IsEmpty => _octets.Length == 0;

    /// <summary>Salt and hash.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Hashes a password with a new random salt.</summary>
    public static PasswordHash Create(string password, HashingAlgorithm algorithm = HashingAlgorithm.Sha256) =>
        new(algorithm, Hash(algorithm, RandomNumberGenerator.GetBytes(SaltSize), password));

    /// <summary>Restores a hash from its stored octets: salt, then hash.</summary>
    public static PasswordHash FromOctets(HashingAlgorithm algorithm, ReadOnlySpan<byte> octets) => new(algorithm, octets.ToArray());

    /// <summary>Parses the base64 form of <see cref="ToString"/>, <c>password_hash</c> in RabbitMQ's definitions and HTTP API.</summary>
    public static bool TryParse(string base64, HashingAlgorithm algorithm, [NotNullWhen(true)] out PasswordHash? hash)
    {
        byte[] octets = new byte[base64.Length];
        hash = Convert.TryFromBase64String(base64, octets, out int length) ? FromOctets(algorithm, octets.AsSpan(0, length)) : null;
        return hash is not null;
    }

    /// <summary>
    /// True if the password matches. The check of a wrong password takes the same time, so that the time reveals nothing about the right
    /// password.
    /// </summary>
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
