using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Server.Broker.Access;
using Amqp.Server.Management.Http;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Security;

/// <summary>A browser logs in to the HTTP API, and keeps the login session in a cookie.</summary>
public class LoginSessionTests
{
    private const string Right = "username=jo&password=secret";

    private static readonly PasswordHash _secret = PasswordHash.Create("secret");

    [Test]
    public async Task The_cookie_is_a_random_token_that_pages_cannot_read()
    {
        await using var broker = await StartAsync();
        using var http = Client(broker);

        string[] cookies = [await LogInAsync(http), await LogInAsync(http)];

        Assert.That(cookies, Is.All.Match(
            $"^amqpbroker_session_{broker.ManagementPort}=[A-Za-z0-9_-]{{43}}; max-age=28800; path=/api; samesite=strict; httponly$"));
        Assert.That(cookies[0], Is.Not.EqualTo(cookies[1]));
    }

    [Test]
    public async Task Over_tls_the_cookie_goes_over_tls_only()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var broker = await StartAsync(
            [.. authority.Settings, "management.ssl.port = 0", "management.path_prefix = /rabbit", "management.login_session_timeout = 5"]);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{broker.ManagementTlsPort}/rabbit/api/") };

        Assert.That(await LogInAsync(http), Does.EndWith("; max-age=300; path=/rabbit/api; secure; samesite=strict; httponly"));
    }

    [Test]
    public async Task The_cookie_stands_for_name_and_password()
    {
        await using var broker = await StartAsync();
        using var http = Client(broker);
        string cookie = await LogInAsync(http);

        Assert.That(await AskAsync(http, cookie, "whoami"), Is.EqualTo(HttpStatusCode.OK));
        // the tags of the user do not allow this request
        Assert.That(await AskAsync(http, cookie, "users"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await AskAsync(http, cookie.Replace("=", "=x"), "whoami"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await AskAsync(http, null, "whoami"), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("logout")]
    [TestCase("new password")]
    [TestCase("deleted")]
    [TestCase("other tags")]
    [TestCase("no tags")]
    [TestCase("deleted and back")]
    [TestCase("time")]
    public async Task A_session_ends_with(string what)
    {
        await using var broker = await StartAsync(what == "time" ? ["management.login_session_timeout = 0"] : []);
        using var http = Client(broker);
        string cookie = await LogInAsync(http), other = await LogInAsync(http);
        if (what != "time")
            Assert.That(await AskAsync(http, cookie, "whoami"), Is.EqualTo(HttpStatusCode.OK));

        if (what == "logout")
            Assert.That(await AskAsync(http, cookie, "login", HttpMethod.Delete), Is.EqualTo(HttpStatusCode.NoContent));
        else if (what == "new password")
            broker.Broker.Users.Put(Jo(PasswordHash.Create("secret")));
        else if (what == "other tags")
            broker.Broker.Users.Put(Jo(_secret) with { Tags = new UserTags([UserTags.Administrator]) });
        else if (what == "no tags")
            broker.Broker.Users.Put(Jo(_secret) with { Tags = new UserTags([]) });
        else if (what.StartsWith("deleted", StringComparison.Ordinal))
            broker.Broker.Users.Delete("jo");
        if (what == "deleted and back")
            broker.Broker.Users.Put(Jo(_secret));

        Assert.That(await AskAsync(http, cookie, "whoami"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await AskAsync(http, other, "whoami"), Is.EqualTo(what == "logout" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_wrong_password_begins_no_session()
    {
        await using var broker = await StartAsync();
        using var http = Client(broker);

        using var answer = await http.PostAsync(
            "login", new StringContent("username=jo&password=wrong", Encoding.UTF8, "application/x-www-form-urlencoded"));

        Assert.That((answer.StatusCode, answer.Headers.Contains("Set-Cookie")), Is.EqualTo((HttpStatusCode.Unauthorized, false)));
    }

    [Test]
    public async Task A_session_lasts_as_long_as_it_may()
    {
        await using var broker = await StartAsync();
        var clock = new SetClock();
        var sessions = new LoginSessions(TimeSpan.FromMinutes(10), 10, clock);
        string token = sessions.Begin(Jo(_secret));

        clock.Seconds += 599;
        Assert.That(sessions.Find(token, broker.Broker.Users), Is.EqualTo("jo"));
        clock.Seconds++;
        Assert.That((sessions.Find(token, broker.Broker.Users), sessions.Count), Is.EqualTo((default(string), 0)));
    }

    [Test]
    public async Task Who_logs_in_without_end_ends_only_sessions_of_their_own()
    {
        await using var broker = await StartAsync();
        var sessions = new LoginSessions(TimeSpan.FromMinutes(10), 10, new SetClock());
        string others = sessions.Begin(broker.Broker.Users.Find("guest")!);
        string first = sessions.Begin(Jo(_secret)), last = "";
        for (int i = 0; i < 50; i++)
            last = sessions.Begin(Jo(_secret));

        Assert.That(sessions.Count, Is.EqualTo(10));
        Assert.That(sessions.Find(others, broker.Broker.Users), Is.EqualTo("guest"));
        Assert.That(sessions.Find(first, broker.Broker.Users), Is.Null);
        Assert.That(sessions.Find(last, broker.Broker.Users), Is.EqualTo("jo"));
    }

    private static User Jo(PasswordHash password) => new("jo", password, new UserTags([UserTags.Management]));

    private static async Task<BrokerInProcess> StartAsync(params string[] settings)
    {
        var broker = await BrokerInProcess.StartAsync(settings);
        broker.Broker.Users.Put(Jo(_secret));
        return broker;
    }

    private static HttpClient Client(BrokerInProcess broker) =>
        new(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };

    /// <summary>Logs in by sending a form, as a web page does.</summary>
    /// <returns>The cookie that the broker sets for the session.</returns>
    private static async Task<string> LogInAsync(HttpClient http)
    {
        using var answer = await http.PostAsync(
            "login", new StringContent(Right, Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded")));
        Assert.That((answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "\"ok\"")));
        return answer.Headers.GetValues("Set-Cookie").Single();
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string? cookie, string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        request.Headers.Add("X-Requested-With", "amqpbroker");
        request.Headers.Add("Origin", http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
