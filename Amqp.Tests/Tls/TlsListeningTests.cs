using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Tls;

/// <summary>The TLS options of a handshake follow from the settings of the listener.</summary>
public sealed class TlsListeningTests
{
    private TestAuthority _authority = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _authority = new TestAuthority();
        _authority.IssueForServer().Dispose();
    }

    [OneTimeTearDown]
    public void Close() => _authority.Dispose();

    [Test]
    public void A_handshake_is_made_as_the_settings_say(
        [Values] bool resumes, [Values] bool verifies, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols versions)
    {
        var options = new TlsOptions
        {
            CertificateFile = _authority.ServerCertificateFile,
            KeyFile = _authority.ServerKeyFile,
            AuthoritiesFile = _authority.CertificateFile,
            ResumesSessions = resumes,
            VerifyPeer = verifies,
            Versions = versions,
        };

        var server = TlsListening.ServerOptions(options, new CertificateFiles(options).Load(), "client", NullLogger.Instance);

        Assert.That(
            (server.AllowTlsResume, server.ClientCertificateRequired, server.EnabledSslProtocols),
            Is.EqualTo((resumes, verifies, versions)));
        Assert.That(
            (server.RemoteCertificateValidationCallback is not null, server.CertificateChainPolicy is not null),
            Is.EqualTo((verifies, verifies)));
        if (verifies)
            Assert.That(
                (server.CertificateChainPolicy!.TrustMode, server.CertificateChainPolicy.CustomTrustStore.Single().Subject),
                Is.EqualTo((X509ChainTrustMode.CustomRootTrust, TestAuthority.Name)));
    }
}
