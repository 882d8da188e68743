using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>TLS to etcd.</summary>
internal static class EtcdTls
{
    /// <summary>Reads the certificates that the options name.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file has no certificate or key in PEM.</exception>
    public static SslClientAuthenticationOptions Read(EtcdOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaCertificateFile is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        }
        if (options.CertificateFile is { } file)
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(file, options.KeyFile), chain, offline: true);
        }
        return tls;
    }
}
