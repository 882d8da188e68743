using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting.Tls;

namespace Amqp.Server.Cluster.Links;

/// <summary>Mutual TLS between the nodes of a cluster. A broker with a certificate of the cluster's authority is a member.</summary>
/// <remarks>The files are read for each connection, so that they can be replaced at any time.</remarks>
internal sealed class ClusterTls(ClusterOptions options)
{
    private readonly CertificateFiles _files = new(new TlsOptions
    {
        Prefix = "cluster.tls",
        CertificateFile = options.CertificateFile,
        KeyFile = options.KeyFile,
        AuthoritiesFile = options.AuthoritiesFile,
        VerifyPeer = true,
    });

    /// <summary>Reads the files.</summary>
    /// <exception cref="ConfigurationException">A file is missing or unusable.</exception>
    public void Check()
    {
        if (!options.IsInsecure)
            _files.Load();
    }

    /// <summary>Authenticates a node that has connected.</summary>
    /// <exception cref="AuthenticationException">The other end has no certificate of the cluster.</exception>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async Task<Stream> AcceptAsync(Stream stream, CancellationToken cancellation)
    {
        if (options.IsInsecure)
            return stream;
        LoadedCertificates loaded = _files.Load();
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = loaded.Server,
                ClientCertificateRequired = true,
                CertificateChainPolicy = PolicyOf(loaded.Authorities),
                RemoteCertificateValidationCallback = IsMember,
            },
            cancellation);
        return secured;
    }

    /// <summary>Authenticates the node to which this one has connected, and shows it the certificate of this node.</summary>
    /// <inheritdoc cref="AcceptAsync" path="/exception"/>
    public async Task<Stream> ConnectAsync(Stream stream, string host, CancellationToken cancellation)
    {
        if (options.IsInsecure)
            return stream;
        LoadedCertificates loaded = _files.Load();
        var secured = new SslStream(stream);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificateContext = loaded.Server,
                CertificateChainPolicy = PolicyOf(loaded.Authorities),
                RemoteCertificateValidationCallback = IsMember,
            },
            cancellation);
        return secured;
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>Any node of the cluster may have any address, so the name in the certificate is not compared with the address.</summary>
    private static bool IsMember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
}
