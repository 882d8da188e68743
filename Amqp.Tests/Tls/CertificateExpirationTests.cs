using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Tls;

/// <summary>The health check that tells of certificates before they run out: the test's own are good for an hour, their authority's for a day.</summary>
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
        Assert.That(listener.GetProperty("certfile_expires_on").EnumerateArray().Select(time => time.GetString()), Is.EqualTo([$"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd H:mm:ss}"]));
        Assert.That(listener.GetProperty("cacertfile_expires_on").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_authority_that_runs_out_is_named_though_the_certificate_is_good_for_longer()
    {
        _authority.IssueForServer();
        using var key = ECDsa.Create();
        using var old = new CertificateRequest("CN=old", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        await File.AppendAllTextAsync(_authority.CertificateFile, "\n" + old.ExportCertificatePem());
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);

        var (code, body) = await CheckAsync(broker, "0/days");

        Assert.That(code, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var json = JsonDocument.Parse(body);
        var listener = json.RootElement.GetProperty("expired").EnumerateArray().Single();
        Assert.That((listener.GetProperty("certfile_expires_on").GetArrayLength(), listener.GetProperty("cacertfile_expires_on").GetArrayLength()), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Without_listeners_for_tls_nothing_runs_out()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        Assert.That((await CheckAsync(broker, "100/years")).Code, Is.EqualTo(HttpStatusCode.OK));
    }

    private static async Task<(HttpStatusCode Code, string Body)> CheckAsync(BrokerInProcess broker, string within)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        using var answer = await http.GetAsync($"http://127.0.0.1:{broker.ManagementPort}/api/health/checks/certificate-expiration/{within}");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
