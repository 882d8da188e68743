using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Cli.Clusters;

/// <summary>Makes the certificates by which the nodes of a cluster know each other.</summary>
/// <param name="directory">Directory for the files.</param>
/// <param name="days">Days until the certificates expire.</param>
internal sealed class NodeCertificates(string directory, int days)
{
    private const string AuthorityName = "AmqpBroker cluster";
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2"; // of the extended key usage

    private string AuthorityFile => Path.Combine(directory, "ca.pem");

    private string AuthorityKeyFile => Path.Combine(directory, "ca.key");

    /// <summary>Makes a certificate and a key for each node, and an authority if the directory has none.</summary>
    /// <returns>Paths of the new files.</returns>
    /// <exception cref="IOException">A file of a node exists already, or a file cannot be written.</exception>
    /// <exception cref="CryptographicException">The authority in the directory cannot be read.</exception>
    public IReadOnlyList<string> Make(IReadOnlyList<string> nodes)
    {
        Directory.CreateDirectory(directory);
        var files = new List<string>();
        foreach (string node in nodes)
            if (Array.Find([FileOf(node, "pem"), FileOf(node, "key")], File.Exists) is { } existing)
                throw new IOException($"{existing} exists already; move it away to replace it");
        bool isNew = !File.Exists(AuthorityFile);
        using X509Certificate2 authority = isNew ? NewAuthority() : X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile);
        if (isNew)
            files.AddRange([AuthorityFile, AuthorityKeyFile]);
        foreach (string node in nodes)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 certificate = NewCertificate(node, key, authority);
            files.AddRange([FileOf(node, "pem"), FileOf(node, "key")]);
            Write(FileOf(node, "pem"), certificate.ExportCertificatePem(), isSecret: false);
            Write(FileOf(node, "key"), key.ExportPkcs8PrivateKeyPem(), isSecret: true);
        }
        return files;
    }

    private X509Certificate2 NewAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={AuthorityName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        X509Certificate2 authority = request.CreateSelfSigned(Begin, Begin.AddDays(days + 1));
        Write(AuthorityFile, authority.ExportCertificatePem(), isSecret: false);
        Write(AuthorityKeyFile, key.ExportPkcs8PrivateKeyPem(), isSecret: true);
        return authority;
    }

    private X509Certificate2 NewCertificate(string node, ECDsa key, X509Certificate2 authority)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(node);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            // Each node connects to the others.
            new X509EnhancedKeyUsageExtension([new Oid(ServerUse), new Oid(ClientUse)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        DateTimeOffset end = Begin.AddDays(days) < authority.NotAfter ? Begin.AddDays(days) : authority.NotAfter;
        return request.Create(authority, Begin, end, RandomNumberGenerator.GetBytes(16));
    }

    /// <summary>A day ago, because the clocks of the nodes may differ.</summary>
    private static DateTimeOffset Begin { get; } = DateTimeOffset.UtcNow.AddDays(-1);

    private string FileOf(string node, string kind) => Path.Combine(directory, $"{node}.{kind}");

    private static void Write(string path, string text, bool isSecret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.WriteLine(text);
    }
}
