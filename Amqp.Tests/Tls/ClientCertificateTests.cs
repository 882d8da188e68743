using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Tls;

/// <summary>The client certificates that the broker accepts if <c>verify_peer</c> is set.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ClientCertificateTests : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TestAuthority _authority = new();

    // The first parameter is the number of intermediate certificates between the client's certificate and the authority.
    [TestCase(0, 0, true)]
    [TestCase(1, 0, false)]
    [TestCase(1, 1, true)]
    [TestCase(2, 1, false)]
    [TestCase(2, 2, true)]
    public async Task A_chain_is_as_long_as_the_depth_allows(int between, int depth, bool isTaken)
    {
        X509Certificate2 issuer = _authority.Certificate;
        var intermediates = new X509Certificate2Collection();
        for (int i = 0; i < between; i++)
        {
            issuer = Issue(
                $"CN=Intermediate {i}",
                issuer,
                new X509BasicConstraintsExtension(true, false, 0, true),
                new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
            intermediates.Add(issuer);
        }
        using X509Certificate2 client = Issue("CN=jo", issuer, new X509BasicConstraintsExtension(false, false, 0, false));

        await ExpectAsync(
            client, intermediates, isTaken, [$"ssl_options.depth = {depth}"],
            "CN=jo: more certificates than ssl_options.depth allows lead to its authority");
    }

    [TestCase("", true)]
    [TestCase(ClientAuthentication, true)]
    [TestCase($"{ServerAuthentication} {ClientAuthentication}", true)]
    [TestCase(ServerAuthentication, false)]
    public async Task A_certificate_is_meant_for_clients(string uses, bool isTaken)
    {
        var extensions = new List<X509Extension> { new X509BasicConstraintsExtension(false, false, 0, false) };
        if (uses.Length > 0)
            extensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Split(' ').Select(use => new Oid(use))], false));
        using X509Certificate2 client = Issue("CN=jo", _authority.Certificate, [.. extensions]);

        await ExpectAsync(client, [], isTaken, [], "client certificate refused: CN=jo: ");
    }

    public void Dispose() => _authority.Dispose();

    private async Task ExpectAsync(
        X509Certificate2 certificate, X509Certificate2Collection intermediates, bool isTaken, string[] settings, string complaint)
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            [.. _authority.Settings, "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = true", .. settings]);

        Assert.That(await IsTakenAsync(broker, certificate, intermediates), Is.EqualTo(isTaken));
        Assert.That(broker.Log.Any(line => line.Contains(complaint, StringComparison.Ordinal)), Is.EqualTo(!isTaken));
    }

    /// <summary>Returns true if the broker accepts the certificate and sends connection.start.</summary>
    private static async Task<bool> IsTakenAsync(
        BrokerInProcess broker, X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        using var client = new TcpClient("127.0.0.1", broker.TlsPort);
        await using var stream = new SslStream(client.GetStream());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    RemoteCertificateValidationCallback = (_, server, _, _) => server?.Issuer == TestAuthority.Name,
                    ClientCertificateContext = SslStreamCertificateContext.Create(certificate, intermediates, offline: true),
                },
                limit.Token);
            await stream.WriteAsync(ProtocolHeader.Amqp091.ToArray(), limit.Token);
            return await stream.ReadAsync(new byte[1], limit.Token) == 1;
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2 issuer, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in extensions)
            request.CertificateExtensions.Add(extension);
        using X509Certificate2 certificate = request.Create(
            issuer, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), Guid.NewGuid().ToByteArray());
        return certificate.CopyWithPrivateKey(key);
    }
}
