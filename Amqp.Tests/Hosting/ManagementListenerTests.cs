using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Hosting;

/// <summary>The HTTP API obeys its settings, such as TLS, path prefix and allowed origins.</summary>
public class ManagementListenerTests
{
    [Test]
    public async Task The_api_answers_over_tls()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            "management.ssl.port = 0",
            $"management.ssl.certfile = '{authority.ServerCertificateFile}'",
            $"management.ssl.keyfile = '{authority.ServerKeyFile}'");
        using var http = Client($"https://localhost:{broker.ManagementTlsPort}/", authority);

        Assert.That(await http.GetStringAsync("api/whoami"), Is.EqualTo("""{"name":"guest","tags":["administrator"]}"""));
        Assert.That(await http.GetStringAsync("api/overview?columns=listeners.protocol"), Does.Contain("listeners"));
    }

    [Test]
    public async Task The_certificate_is_that_of_the_amqp_listeners_unless_it_has_its_own()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync([.. authority.Settings, "management.ssl.port = 0"]);
        using var http = Client($"https://localhost:{broker.ManagementTlsPort}/", authority);

        Assert.That((await http.GetAsync("api/whoami")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("management.csp.policy", "Content-Security-Policy")]
    [TestCase("management.hsts.policy", "Strict-Transport-Security")]
    [TestCase("management.headers.content_type_options", "X-Content-Type-Options")]
    [TestCase("management.headers.frame_options", "X-Frame-Options")]
    [TestCase("management.headers.referrer_policy", "Referrer-Policy")]
    [TestCase("management.headers.xss_protection", "X-XSS-Protection")]
    public async Task Answers_have_the_headers_that_are_configured(string setting, string header)
    {
        await using var broker = await BrokerInProcess.StartAsync($"{setting} = 'of my own'");
        using var http = new HttpClient();

        foreach (string path in new[] { "api/overview", "api/nothing", "nothing" })
            Assert.That(
                (await http.GetAsync($"http://127.0.0.1:{broker.ManagementPort}/{path}")).Headers.GetValues(header),
                Has.Member("of my own"));
    }

    [Test]
    public async Task Metrics_are_answered_over_tls()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            "prometheus.ssl.port = 0",
            $"prometheus.ssl.certfile = '{authority.ServerCertificateFile}'",
            $"prometheus.ssl.keyfile = '{authority.ServerKeyFile}'");
        using var http = Client($"https://localhost:{broker.MetricsTlsPort}/", authority);

        Assert.That(await http.GetStringAsync("metrics"), Does.Contain("rabbitmq_queues"));
        Assert.That((await http.GetAsync("api/whoami")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task All_addresses_begin_with_the_prefix()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.path_prefix = /rabbit");
        using var http = Client($"http://127.0.0.1:{broker.ManagementPort}/");

        Assert.That((await http.GetAsync("rabbit/api/vhosts/%2F")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await http.GetAsync("api/vhosts/%2F")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("https://console.example", "https://console.example")]
    [TestCase("https://other.example", null)]
    public async Task Pages_of_the_origins_that_are_named_may_use_the_api(string origin, string? allowed)
    {
        await using var broker = await BrokerInProcess.StartAsync(
            "management.cors.allow_origins.1 = https://console.example", "management.cors.max_age = 60");
        using var http = Client($"http://127.0.0.1:{broker.ManagementPort}/");
        http.DefaultRequestHeaders.Authorization = null; // no login, because a browser sends none in a preflight request
        using var request = new HttpRequestMessage(HttpMethod.Options, "api/queues/%2F/q");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Headers", "authorization");

        var answer = await http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Header("Access-Control-Allow-Origin"), Is.EqualTo(allowed));
        Assert.That(Header("Access-Control-Allow-Headers"), Is.EqualTo(allowed is null ? null : "authorization"));
        Assert.That(Header("Access-Control-Max-Age"), Is.EqualTo(allowed is null ? null : "60"));
        Assert.That(Header("Access-Control-Allow-Methods"), Is.EqualTo(allowed is null ? null : "HEAD, GET, PUT, DELETE, OPTIONS"));

        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
    }

    [Test]
    public async Task Who_goes_on_guessing_passwords_waits()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.failed_login_limit = 2");
        using var http = Client($"http://127.0.0.1:{broker.ManagementPort}/", password: "wrong");
        for (int i = 0; i < 2; i++)
            await http.GetAsync("api/whoami");
        var watch = Stopwatch.StartNew();

        var answer = await http.GetAsync("api/whoami");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2.5)));
        using var known = Client($"http://127.0.0.1:{broker.ManagementPort}/");
        Assert.That((await known.GetAsync("api/whoami")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_virtual_host_that_is_protected_is_not_deleted()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client($"http://127.0.0.1:{broker.ManagementPort}/");
        await http.PutAsync("api/vhosts/v", null);
        await http.PostAsync("api/vhosts/v/deletion/protection", null);

        var refused = await http.DeleteAsync("api/vhosts/v");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.PreconditionFailed));
        Assert.That(
            await refused.Content.ReadAsStringAsync(),
            Is.EqualTo(
                """{"error":"precondition_failed","reason":"Refusing to delete virtual host 'v' because it is protected from deletion"}"""));
        Assert.That((await http.DeleteAsync("api/vhosts/v/deletion/protection")).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await http.DeleteAsync("api/vhosts/v")).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
    }

    private static HttpClient Client(string address, TestAuthority? authority = null, string password = "guest")
    {
        var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = authority is null
                ? null
                : (_, certificate, _, _) => certificate!.Issuer == authority.Certificate.Subject,
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"guest:{password}")));
        return client;
    }
}
