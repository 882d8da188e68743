using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Amqp.Server.Management.Views;
using Amqp.Tests.Support;

namespace Amqp.Tests.Tls;

/// <summary>
/// The health check for certificates that expire soon. A server certificate is valid for an hour, the authority's certificate for a day.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CertificateExpirationTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [TestCase("0/days")]
    [TestCase("-1/years")]
    public async Task Certificates_that_are_good_until_then_are_well(string within)
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);

        Assert.That(await CheckAsync(broker, within), Is.EqualTo((HttpStatusCode.OK, """{"status":"ok"}""")));
    }

    [TestCase("1/days")]
    [TestCase("1/WEEKS")]
    [TestCase("2147483647/years")]
    public async Task Certificates_that_run_out_before_are_named_with_their_listener(string within)
    {
        using var certificate = _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);

        var (code, body) = await CheckAsync(broker, within);

        Assert.That(code, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var json = JsonDocument.Parse(body);
        Assert.That(json.RootElement.GetProperty("reason").GetString(), Is.EqualTo("Certificates expiring"));
        var listener = json.RootElement.GetProperty("expired").EnumerateArray().Single();
        Assert.That(listener.GetProperty("protocol").GetString(), Is.EqualTo("amqp/ssl"));
        Assert.That(listener.GetProperty("port").GetInt32(), Is.EqualTo(broker.TlsPort));
        Assert.That(listener.GetProperty("certfile").GetString(), Is.EqualTo(_authority.ServerCertificateFile));
        Assert.That(
            listener.GetProperty("certfile_expires_on").EnumerateArray().Select(time => time.GetString()),
            Is.EqualTo([$"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd H:mm:ss}"]));
        Assert.That(listener.GetProperty("cacertfile_expires_on").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_authority_that_runs_out_is_named_though_the_certificate_is_good_for_longer()
    {
        _authority.IssueForServer();
        using var key = ECDsa.Create();
        using var old = new CertificateRequest("CN=old", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        await File.AppendAllTextAsync(_authority.CertificateFile, "\n" + old.ExportCertificatePem());
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);

        var (code, body) = await CheckAsync(broker, "0/days");

        Assert.That(code, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var json = JsonDocument.Parse(body);
        var listener = json.RootElement.GetProperty("expired").EnumerateArray().Single();
        Assert.That(
            (listener.GetProperty("certfile_expires_on").GetArrayLength(), listener.GetProperty("cacertfile_expires_on").GetArrayLength()),
            Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Without_listeners_for_tls_nothing_runs_out()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        Assert.That((await CheckAsync(broker, "100/years")).Code, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Each_unit_of_time_is_as_long_as_it_is_and_each_way_to_name_a_protocol_finds_its_listener()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400));
        foreach (string file in new[] { _authority.CertificateFile, _authority.ServerCertificateFile })
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_authority.ServerKeyFile, key.ExportPkcs8PrivateKeyPem());
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);

        foreach (string well in new[] { "399/days", "57/weeks", "13/months", "1/years" })
            Assert.That((await CheckAsync(broker, well)).Code, Is.EqualTo(HttpStatusCode.OK), well);
        foreach (string late in new[] { "401/days", "58/weeks", "14/months", "2/years" })
            Assert.That((await CheckAsync(broker, late)).Code, Is.EqualTo(HttpStatusCode.ServiceUnavailable), late);
        foreach (var (asked, protocol) in new[] { ("amqps", "amqp/ssl"), ("amqp%2Fssl", "amqp/ssl"), ("amqp10", "amqp"), ("amqp", "amqp") })
            Assert.That(
                (await AskAsync(broker, $"protocol-listener/{asked}")).Body,
                Is.EqualTo($$"""{"status":"ok","protocol":"{{protocol}}"}"""));
    }

    /// <summary>Parameters: seconds from the expiration of a certificate to the check, and the number of expired certificates.</summary>
    [TestCase(-1, 0)]
    [TestCase(0, 0)]
    [TestCase(1, 1)]
    public void A_certificate_has_run_out_behind_its_last_second(int seconds, int found)
    {
        using var certificate = _authority.IssueForServer();
        var end = certificate.NotAfter.ToUniversalTime();

        Assert.That(
            CertificateExpiration.Find(_authority.ServerCertificateFile, DateTime.UtcNow, end.AddSeconds(seconds)),
            Is.EqualTo(Enumerable.Repeat($"{end:yyyy-MM-dd H:mm:ss}", found)));
    }

    [Test]
    public void What_cannot_be_looked_at_or_does_not_hold_yet_is_told_of()
    {
        using var certificate = _authority.IssueForServer();
        var (begin, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        string empty = Path.Combine(_authority.Folder, "empty.pem"), both = Path.Combine(_authority.Folder, "both.pem");
        File.WriteAllText(empty, "nothing");
        File.WriteAllText(both, File.ReadAllText(_authority.ServerCertificateFile) + "\n" + File.ReadAllText(_authority.CertificateFile));

        Assert.That(
            CertificateExpiration.Find(_authority.ServerCertificateFile, begin.AddSeconds(-1), begin),
            Is.EqualTo(new[] { "Certificate is not yet valid" }));
        Assert.That(CertificateExpiration.Find(_authority.ServerCertificateFile, begin, begin), Is.Empty);
        Assert.That(CertificateExpiration.Find(both, begin, end.AddDays(2)), Has.Count.EqualTo(2));
        Assert.That(
            CertificateExpiration.Find(empty, begin, begin),
            Is.EqualTo(new[] { "The certificate file provided does not contain any PEM entry." }));
        Assert.That(CertificateExpiration.Find(Path.Combine(_authority.Folder, "none.pem"), begin, begin), Has.Count.EqualTo(1));
        Assert.That(CertificateExpiration.Find(null, begin, end.AddDays(2)), Is.Empty, "without a certificate nothing expires");
    }

    private static Task<(HttpStatusCode Code, string Body)> CheckAsync(BrokerInProcess broker, string within) =>
        AskAsync(broker, $"certificate-expiration/{within}");

    private static async Task<(HttpStatusCode Code, string Body)> AskAsync(BrokerInProcess broker, string check)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        using var answer = await http.GetAsync($"http://127.0.0.1:{broker.ManagementPort}/api/health/checks/{check}");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
