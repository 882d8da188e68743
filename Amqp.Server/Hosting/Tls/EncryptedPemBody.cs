using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Hosting.Tls;

/// <summary>Decrypts a PEM block in OpenSSL's traditional format, which is older than PKCS#8 and has the headers of RFC 1421.</summary>
/// <remarks>The key derivation is OpenSSL's EVP_BytesToKey: one round of MD5, with 8 octets of the initialization vector as salt.</remarks>
internal static class EncryptedPemBody
{
    private const string Header = "DEK-Info:";
    private const int SaltLength = 8;

    /// <summary>True if the body has the header <c>DEK-Info</c>.</summary>
    public static bool Is(string body) => body.Contains(Header, StringComparison.Ordinal);

    /// <summary>Decrypts a body.</summary>
    /// <exception cref="CryptographicException">The password is wrong, or the cipher is unknown.</exception>
    /// <exception cref="FormatException">The body is malformed.</exception>
    public static byte[] Decrypt(string body, string password)
    {
        string[] lines = body.ReplaceLineEndings("\n").Split('\n');
        string[] info = Array.Find(lines, line => line.StartsWith(Header, StringComparison.Ordinal))![Header.Length..]
            .Split(',', StringSplitOptions.TrimEntries);
        if (info.Length != 2)
            throw new FormatException($"{Header} names no cipher and vector");
        byte[] vector = Convert.FromHexString(info[1]);
        using SymmetricAlgorithm cipher = CipherOf(info[0]);
        if (vector.Length != cipher.BlockSize / 8)
            throw new FormatException($"{Header} has a vector of another length than {info[0]} needs");
        cipher.Key = Derive(password, vector.AsSpan(0, SaltLength), cipher.KeySize / 8);
        byte[] content = Convert.FromBase64String(string.Concat(lines.Where(line => !line.Contains(':', StringComparison.Ordinal))));
        return cipher.DecryptCbc(content, vector);
    }

#pragma warning disable CA5350, CA5351 // weak ciphers and MD5: the owner of the key chose them when the file was written
    private static SymmetricAlgorithm CipherOf(string name) => name switch
    {
        "AES-128-CBC" => WithKeySize(Aes.Create(), 128),
        "AES-192-CBC" => WithKeySize(Aes.Create(), 192),
        "AES-256-CBC" => WithKeySize(Aes.Create(), 256),
        "DES-EDE3-CBC" => WithKeySize(TripleDES.Create(), 192),
        "DES-CBC" => WithKeySize(DES.Create(), 64),
        _ => throw new CryptographicException($"the cipher {name} is unknown"),
    };

    private static byte[] Derive(string password, ReadOnlySpan<byte> salt, int length)
    {
        byte[] secret = [.. Encoding.UTF8.GetBytes(password), .. salt];
        byte[] derived = [], last = [];
        while (derived.Length < length)
            derived = [.. derived, .. last = MD5.HashData([.. last, .. secret])];
        return derived[..length];
    }
#pragma warning restore CA5350, CA5351

    private static SymmetricAlgorithm WithKeySize(SymmetricAlgorithm cipher, int bits)
    {
        cipher.KeySize = bits;
        return cipher;
    }
}
