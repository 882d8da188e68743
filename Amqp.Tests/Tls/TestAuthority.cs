using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Tests.Tls;

/// <summary>A certificate authority for one test, with a folder for the files of its certificates.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Name = "CN=Test Authority";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _serial;

    public TestAuthority(string name = Name)
    {
        var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, Certificate.ExportCertificatePem());
    }

    public X509Certificate2 Certificate { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("amqpbroker-tests-tls-").FullName;

    public string CertificateFile => Path.Combine(Folder, "ca.pem");

    public string ServerCertificateFile => Path.Combine(Folder, "server.pem");

    public string ServerKeyFile => Path.Combine(Folder, "server.key");

    /// <summary>Configuration lines for a broker with a TLS listener that uses the server's certificate.</summary>
    public IEnumerable<string> Settings =>
    [
        "listeners.ssl.default = 0",
        $"ssl_options.certfile = '{ServerCertificateFile}'",
        $"ssl_options.keyfile = '{ServerKeyFile}'",
        $"ssl_options.cacertfile = '{CertificateFile}'",
    ];

    /// <summary>Issues a certificate for <c>localhost</c>. Writes certificate and key to the files in <see cref="Settings"/>.</summary>
    public X509Certificate2 IssueForServer(string? keyPassword = null)
    {
        var certificate = Issue("CN=localhost", request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        });
        using var key = certificate.GetECDsaPrivateKey()!;
        string pem = keyPassword is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(
                keyPassword, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));
        File.WriteAllText(ServerKeyFile, pem);
        File.WriteAllText(ServerCertificateFile, certificate.ExportCertificatePem());
        return certificate;
    }

    /// <summary>Issues a certificate that contains its private key.</summary>
    public X509Certificate2 Issue(string subject, Action<CertificateRequest>? extend = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            new X500DistinguishedName(subject, X500DistinguishedNameFlags.None), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        extend?.Invoke(request);
        using var certificate = request.Create(
            Certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [(byte)++_serial]);
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
