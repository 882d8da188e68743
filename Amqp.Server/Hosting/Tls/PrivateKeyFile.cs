using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Amqp.Server.Hosting.Tls;

/// <summary>Reads a private key in PEM: PKCS#8, PKCS#1 or SEC 1, encrypted or not.</summary>
internal static partial class PrivateKeyFile
{
    private const string Rsa = "1.2.840.113549.1.1.1", EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>Key algorithms that .NET's TLS does not support: a description of each, by object identifier.</summary>
    private static readonly Dictionary<string, string> _unusable = new()
    {
        ["1.3.101.112"] = "an Ed25519 key",
        ["1.3.101.113"] = "an Ed448 key",
        ["1.2.840.10040.4.1"] = "a DSA key",
        ["1.2.840.113549.1.1.10"] = "a key for RSASSA-PSS only",
    };

    /// <summary>Reads the first key of a file.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="password">Password of an encrypted key; null if none is configured.</param>
    /// <returns>An <see cref="RSA"/> or an <see cref="ECDsa"/>.</returns>
    /// <exception cref="UnusableKeyException">There is no key, its algorithm is unsupported, or the password is wrong.</exception>
    public static AsymmetricAlgorithm Read(string text, string? password)
    {
        Match block = PemKey().Match(text);
        if (!block.Success)
            throw new UnusableKeyException("holds no private key in PEM");
        string label = block.Groups["label"].Value, body = block.Groups["body"].Value;
        bool isEncrypted = label == "ENCRYPTED PRIVATE KEY" || EncryptedPemBody.Is(body);
        if (isEncrypted && password is null)
            throw new UnusableKeyException("holds an encrypted key") { IsOfPassword = true };
        try
        {
            byte[] key = EncryptedPemBody.Is(body) ? EncryptedPemBody.Decrypt(body, password!) : Convert.FromBase64String(body);
            return label switch
            {
                "RSA PRIVATE KEY" => Import(RSA.Create(), rsa => rsa.ImportRSAPrivateKey(key, out _)),
                "EC PRIVATE KEY" => Import(ECDsa.Create(), ecdsa => ecdsa.ImportECPrivateKey(key, out _)),
                "PRIVATE KEY" => ReadPkcs8(key),
                "ENCRYPTED PRIVATE KEY" => ReadEncryptedPkcs8(key, password!),
                _ => throw Unusable(label.StartsWith("DSA", StringComparison.Ordinal) ? "a DSA key" : "a key in OpenSSH's form"),
            };
        }
        catch (Exception error) when (error is CryptographicException or FormatException or AsnContentException)
        {
            throw isEncrypted
                ? new UnusableKeyException("holds a key that this password does not decrypt") { IsOfPassword = true }
                : new UnusableKeyException($"holds a key that cannot be read: {error.Message}");
        }
    }

    /// <summary>Returns an exception if TLS cannot use the key algorithm with this object identifier; else null.</summary>
    public static UnusableKeyException? RefusalOf(string? algorithm) =>
        algorithm is not null && _unusable.TryGetValue(algorithm, out string? name) ? Unusable(name) : null;

    private static AsymmetricAlgorithm ReadPkcs8(byte[] key) => AlgorithmOf(key) switch
    {
        Rsa => Import(RSA.Create(), rsa => rsa.ImportPkcs8PrivateKey(key, out _)),
        EllipticCurve => Import(ECDsa.Create(), ecdsa => ecdsa.ImportPkcs8PrivateKey(key, out _)),
        var other => throw RefusalOf(other) ?? Unusable($"a key of the kind {other}"),
    };

    /// <summary>Tries RSA, then ECDSA, because the algorithm of an encrypted key is known only after decryption.</summary>
    private static AsymmetricAlgorithm ReadEncryptedPkcs8(byte[] key, string password)
    {
        try
        {
            return Import(RSA.Create(), rsa => rsa.ImportEncryptedPkcs8PrivateKey(password, key, out _));
        }
        catch (CryptographicException)
        {
            return Import(ECDsa.Create(), ecdsa => ecdsa.ImportEncryptedPkcs8PrivateKey(password, key, out _));
        }
    }

    /// <summary>Reads the algorithm's object identifier, which follows the version (RFC 5958).</summary>
    private static string AlgorithmOf(byte[] key)
    {
        AsnReader info = new AsnReader(key, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        return info.ReadSequence().ReadObjectIdentifier();
    }

    private static TKey Import<TKey>(TKey key, Action<TKey> import)
        where TKey : AsymmetricAlgorithm
    {
        try
        {
            import(key);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static UnusableKeyException Unusable(string what) => new($"holds {what}, which cannot be used; make an RSA or an ECDSA key");

    [GeneratedRegex(
        "-----BEGIN (?<label>(?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY)-----(?<body>[^-]*(?:-[^-]+)*)-----END \\k<label>-----")]
    private static partial Regex PemKey();
}

/// <summary>Thrown for a key that the broker cannot use.</summary>
/// <param name="message">The reason, to be printed after the name of the file.</param>
internal sealed class UnusableKeyException(string message) : Exception(message)
{
    /// <summary>True if the password is missing or wrong.</summary>
    public bool IsOfPassword { get; init; }
}
