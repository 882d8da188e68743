using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Amqp.Server.Hosting.Tls;

/// <summary>Adds TLS to a listener, for AMQP or for HTTP.</summary>
internal static class TlsListening
{
    /// <summary>Makes a listener accept only connections with TLS.</summary>
    public static void UseTls(this ListenOptions listen, TlsOptions options, TlsCertificates certificates, ILogger logger)
    {
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = handshake => ValueTask.FromResult(
                ServerOptions(options, certificates.Current, $"{handshake.Connection.RemoteEndPoint}", logger)),
            HandshakeTimeout = options.HandshakeTimeout,
        });
    }

    /// <summary>Returns the options for the handshake with one client.</summary>
    internal static SslServerAuthenticationOptions ServerOptions(
        TlsOptions options, LoadedCertificates certificates, string client, ILogger logger)
    {
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificates.Server,
            EnabledSslProtocols = options.Versions,
            ClientCertificateRequired = options.VerifyPeer,
            AllowTlsResume = options.ResumesSessions,
        };
        if (options.VerifyPeer)
        {
            server.CertificateChainPolicy = PolicyOf(certificates.Authorities);
            server.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (RefusalOf(certificate, chain, errors, options) is not { } refusal)
                    return true;
                logger.ClientCertificateRefused(client, refusal);
                return false;
            };
        }
        return server;
    }

    /// <summary>Returns the reason to refuse a client's certificate, for the log; null if the client is accepted.</summary>
    private static string? RefusalOf(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, TlsOptions options)
    {
        if (certificate is null)
            return options.DemandPeerCertificate ? "the client sent none" : null;
        if (errors != SslPolicyErrors.None)
            return $"{certificate.Subject}: {string.Join(' ', chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? [])}";
        return chain!.ChainElements.Count - 2 > options.Depth
            ? $"{certificate.Subject}: more certificates than {options.Prefix}.depth allows lead to its authority"
            : null;
    }

    /// <summary>
    /// Returns a policy that trusts only the configured authorities. The system's authorities certify web sites, not clients.
    /// </summary>
    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.2")); // the object identifier of client authentication
        return policy;
    }
}
