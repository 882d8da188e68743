using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's password hash: four octets of salt, then the hash of salt and password.</summary>
/// <remarks>Immutable. An empty one belongs to a user who cannot log in with a password.</remarks>
internal sealed class PasswordHash
{
    private const int SaltSize = 4;

    private readonly byte[] _octets;

    private PasswordHash(HashingAlgorithm algorithm, byte[] octets) => (Algorithm, _octets) = (algorithm, octets);

    /// <summary>That of users without a password.</summary>
    public static PasswordHash None { get; } = new(HashingAlgorithm.Sha256, []);

    public HashingAlgorithm Algorithm { get; }

    /// <summary>True when no password is the right one.</summary>
    public bool IsEmpty => _octets.Length == 0;

    /// <summary>Salt and hash.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Hashes with a fresh salt.</summary>
    public static PasswordHash Create(string password, HashingAlgorithm algorithm = HashingAlgorithm.Sha256) =>
        new(algorithm, Hash(algorithm, RandomNumberGenerator.GetBytes(SaltSize), password));

    /// <summary>Takes salt and hash as they were kept.</summary>
    public static PasswordHash FromOctets(HashingAlgorithm algorithm, ReadOnlySpan<byte> octets) => new(algorithm, octets.ToArray());

    /// <summary>Reads what <see cref="ToString"/> wrote, which is what RabbitMQ's definitions and HTTP API call <c>password_hash</c>.</summary>
    public static bool TryParse(string base64, HashingAlgorithm algorithm, [NotNullWhen(true)] out PasswordHash? hash)
    {
        byte[] octets = new byte[base64.Length];
        hash = Convert.TryFromBase64String(base64, octets, out int length) ? FromOctets(algorithm, octets.AsSpan(0, length)) : null;
        return hash is not null;
    }

    /// <summary>Whether a password is the one that was hashed; takes as long either way.</summary>
    public bool Verify(string password) =>
        CryptographicOperations.FixedTimeEquals(_octets, Hash(Algorithm, _octets.Length > SaltSize ? _octets[..SaltSize] : new byte[SaltSize], password));

    /// <summary>Salt and hash in base64.</summary>
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
