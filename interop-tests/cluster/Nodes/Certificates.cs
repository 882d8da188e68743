using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Nodes;

/// <summary>An authority of a cluster, and the certificates of its nodes, as files.</summary>
internal static class Certificates
{
    /// <summary>Writes <c>ca.pem</c>, and <c>NAME.pem</c> and <c>NAME.key</c> for each node.</summary>
    /// <param name="folder">Existing folder.</param>
    /// <param name="addresses">IP address of each node, by its name.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, string> addresses)
    {
        DateTimeOffset begin = DateTimeOffset.UtcNow.AddDays(-1), end = begin.AddDays(30);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Cluster of the tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using X509Certificate2 authority = request.CreateSelfSigned(begin, end);
        File.WriteAllText(Path.Join(folder, "ca.pem"), authority.ExportCertificatePem());
        foreach ((string name, string address) in addresses)
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var node = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(address));
            names.AddDnsName(name);
            node.CertificateExtensions.Add(names.Build());
            node.CertificateExtensions.Add(
                new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
            using X509Certificate2 issued = node.Create(authority, begin, end, RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Join(folder, $"{name}.pem"), issued.ExportCertificatePem());
            File.WriteAllText(Path.Join(folder, $"{name}.key"), own.ExportPkcs8PrivateKeyPem());
        }
    }
}
