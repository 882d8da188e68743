using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Security;

/// <summary>RabbitMQ's password hash: four octets of salt, then SHA-256 of salt and password.</summary>
internal static class PasswordHash
{
    private const int SaltSize = 4;

    /// <summary>Hashes with a fresh salt.</summary>
    public static byte[] Create(string password) => Hash(RandomNumberGenerator.GetBytes(SaltSize), password);

    /// <summary>Whether a password is the one that was hashed; takes as long either way.</summary>
    public static bool Verify(byte[] hash, ReadOnlySpan<char> password) =>
        hash.Length > SaltSize && CryptographicOperations.FixedTimeEquals(hash, Hash(hash[..SaltSize], password));

    private static byte[] Hash(byte[] salt, ReadOnlySpan<char> password)
    {
        byte[] salted = [.. salt, .. Encoding.UTF8.GetBytes(password.ToString())];
        return [.. salt, .. SHA256.HashData(salted)];
    }
}
