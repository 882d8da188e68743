using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>The management page logs in at <c>/api/session</c>, and sends its changes with the cookie of the session.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SessionApiTests : IAsyncDisposable
{
    private static readonly PasswordHash _secret = PasswordHash.Create("secret");

    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false });
    private BrokerInProcess _broker = null!;

    [SetUp]
    public async Task Start()
    {
        _broker = await BrokerInProcess.StartAsync();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/");
        Put("jo", UserTags.Management);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _broker.DisposeAsync();
    }

    [TestCase("management", "")]
    [TestCase("policymaker", "")]
    [TestCase("monitoring", "/ other")]
    [TestCase("administrator", "/ other")]
    public async Task A_login_describes_the_user_and_the_broker(string tag, string vhosts)
    {
        Put("jo", tag);
        _broker.Broker.VirtualHosts.Put("other", new("", []));
        _broker.Broker.Permissions.Put(new Permission("jo", "other", "^c", "", ".*"));

        using var answer = await LogInAsync("jo", "secret");

        var session = (await answer.Content.ReadFromJsonAsync<JsonElement>())!;
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(session.GetProperty("user").GetString(), Is.EqualTo("jo"));
        Assert.That(session.GetProperty("tags").GetRawText(), Is.EqualTo($"[\"{tag}\"]"));
        Assert.That(
            session.GetProperty("permissions").GetRawText(), Is.EqualTo("""{"other":{"configure":"^c","write":"","read":".*"}}"""));
        Assert.That(
            string.Join(' ', session.GetProperty("vhosts").EnumerateArray()), Is.EqualTo(vhosts.Length > 0 ? vhosts : "other"));
        Assert.That(session.GetProperty("product").GetString(), Is.EqualTo("AmqpBroker"));
        Assert.That(session.GetProperty("cluster_name").GetString(), Is.EqualTo(_broker.Broker.ClusterName));
        Assert.That(session.GetProperty("statistics_interval_ms").GetInt64(), Is.EqualTo(5_000));
        long now = session.GetProperty("now").GetInt64();
        Assert.That(now, Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Within(60_000));
        Assert.That(session.GetProperty("expires_at").GetInt64() - now, Is.EqualTo(8 * 3_600_000).Within(1_000));
    }

    [Test]
    public async Task The_cookie_shows_the_same_session_and_without_it_there_is_none()
    {
        string cookie = await CookieAsync();

        var known = await ShowAsync(cookie);
        var unknown = await ShowAsync(null);

        Assert.That((known.GetProperty("user").GetString(), known.TryGetProperty("expires_at", out _)), Is.EqualTo(("jo", true)));
        Assert.That(unknown.GetProperty("user").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(unknown.EnumerateObject().Select(field => field.Name), Is.EqualTo(new[] { "user", "product", "version" }));
    }

    [TestCase("jo", "wrong", "Login failed")]
    [TestCase("nobody", "secret", "Login failed")]
    [TestCase("untagged", "secret", "User 'untagged' has no management tag, such as management, policymaker, monitoring or administrator")]
    public async Task A_refused_login_begins_no_session_and_asks_for_none(string name, string password, string reason)
    {
        Put("untagged", "");

        using var answer = await LogInAsync(name, password);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((answer.Headers.Contains("Set-Cookie"), answer.Headers.WwwAuthenticate.Count), Is.EqualTo((false, 0)));
        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(
            (error.GetProperty("error").GetString(), error.GetProperty("reason").GetString()), Is.EqualTo(("not_authorized", reason)));
    }

    [TestCase("{}", "[{key_missing,username},{key_missing,password}]")]
    [TestCase("""{"username":1,"password":"x"}""", "not_string 1")]
    [TestCase("[", "not_json")]
    public async Task A_login_without_its_fields_is_a_bad_request(string body, string reason)
    {
        using var answer = await _http.PostAsync("session", new StringContent(body));

        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();
        string text = error.GetProperty("reason") is { ValueKind: JsonValueKind.Array } reasons
            ? string.Join(' ', reasons.EnumerateArray()) : error.GetProperty("reason").GetString()!;
        Assert.That((answer.StatusCode, text), Is.EqualTo((HttpStatusCode.BadRequest, reason)));
    }

    [Test]
    public async Task Too_many_failed_logins_are_answered_late()
    {
        for (int i = 0; i < 25; i++)
            _broker.Connections.FailedLogins.Note(IPAddress.Loopback, "a test", "jo", "Basic", "invalid credentials");
        long begin = Environment.TickCount64;

        using var answer = await LogInAsync("jo", "wrong");

        Assert.That(Environment.TickCount64 - begin, Is.GreaterThanOrEqualTo(2_900));
    }

    [Test]
    public async Task A_logout_ends_the_session_and_can_be_repeated()
    {
        string cookie = await CookieAsync();

        using var first = await ChangeAsync("DELETE", "session", cookie);
        using var second = await ChangeAsync("DELETE", "session", cookie);
        using var without = await ChangeAsync("DELETE", "session", null);

        Assert.That(new[] { first, second, without }.Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.NoContent));
        Assert.That(first.Headers.GetValues("Set-Cookie").Single(), Does.Contain("=; max-age=0"));
        Assert.That((await ShowAsync(cookie)).GetProperty("user").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Another_login_ends_the_session_of_the_browser()
    {
        string cookie = await CookieAsync();

        using var answer = await LogInAsync("jo", "secret", cookie);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ShowAsync(cookie)).GetProperty("user").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    // The headers of a script of the page itself.
    [TestCase("X-Requested-With: amqpbroker, Origin: http://HOST", 204)]
    [TestCase("X-Requested-With: amqpbroker, Origin: http://HOST, Sec-Fetch-Site: same-origin", 204)]
    // A form of another page cannot send the header X-Requested-With, and a script of another page has another origin.
    [TestCase("", 403)]
    [TestCase("X-Requested-With: amqpbroker", 403)]
    [TestCase("Origin: http://HOST", 403)]
    [TestCase("X-Requested-With: amqpbroker, Origin: http://127.0.0.1:1", 403)]
    [TestCase("X-Requested-With: amqpbroker, Origin: null", 403)]
    [TestCase("X-Requested-With: amqpbroker, Origin: http://HOST, Sec-Fetch-Site: same-site", 403)]
    [TestCase("X-Requested-With: amqpbroker, Origin: http://HOST, Sec-Fetch-Site: cross-site", 403)]
    [TestCase("X-Requested-With: amqpbroker, Origin: http://HOST, Sec-Fetch-Site: none", 403)]
    public async Task A_change_by_the_cookie_is_taken_from_the_page_only(string headers, int status)
    {
        _broker.Broker.Permissions.Put(new Permission("jo", "/", ".*", ".*", ".*"));
        string cookie = await CookieAsync();
        using (await ChangeAsync("PUT", "queues/%2F/q", cookie)) { }

        using var answer = await SendAsync("DELETE", "queues/%2F/q", cookie, headers);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task An_allowed_origin_does_not_change_by_the_cookie()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.cors.allow_origins.1 = http://friend.example");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        using var login = await http.PostAsJsonAsync("session", new { username = "guest", password = "guest" });
        using var request = new HttpRequestMessage(HttpMethod.Put, "queues/%2F/q");
        request.Headers.Add("Origin", "http://friend.example");
        request.Headers.Add("X-Requested-With", "x");

        using var answer = await http.SendAsync(request);

        Assert.That((login.StatusCode, answer.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Forbidden)));
    }

    [Test]
    public async Task The_header_authorization_wins_over_the_cookie()
    {
        string cookie = await CookieAsync();

        using var other = await SendAsync("GET", "whoami", cookie, "Authorization: Basic Z3Vlc3Q6Z3Vlc3Q=");
        using var wrong = await SendAsync("GET", "whoami", cookie, "Authorization: Basic Z3Vlc3Q6d3Jvbmc=");
        using var unknown = await SendAsync("GET", "whoami", cookie, "Authorization: Bearer x");

        Assert.That(await other.Content.ReadAsStringAsync(), Does.Contain("\"guest\""));
        Assert.That(
            (wrong.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)));
    }

    [TestCase("whoami", "", "")]
    [TestCase("whoami", "Authorization: Basic Z3Vlc3Q6d3Jvbmc=", "")]
    [TestCase("whoami", "", "X-Requested-With: amqpbroker")]
    [TestCase("whoami", "Authorization: Basic Z3Vlc3Q6d3Jvbmc=", "X-Requested-With: amqpbroker")]
    [TestCase("live?topics=overview", "", "Accept: text/event-stream")]
    [TestCase("session", "Authorization: Basic Z3Vlc3Q6d3Jvbmc=", "")]
    public async Task The_page_is_never_challenged_to_ask_for_a_login(string path, string login, string script)
    {
        using var answer = await SendAsync("GET", path, null, string.Join(", ", new[] { login, script }.Where(part => part.Length > 0)));

        bool isChallenged = path != "session" && script.Length == 0;
        Assert.That((answer.StatusCode, answer.Headers.WwwAuthenticate.Count > 0), Is.EqualTo((HttpStatusCode.Unauthorized, isChallenged)));
        if (script.Length > 0)
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"error\":\"not_authorized\""));
    }

    [Test]
    public async Task A_download_of_the_page_is_not_challenged_after_the_end_of_the_session()
    {
        string name = (await CookieAsync()).Split('=')[0];

        using var answer = await SendAsync("GET", "definitions", $"{name}=ended", "");

        Assert.That((answer.StatusCode, answer.Headers.WwwAuthenticate.Count), Is.EqualTo((HttpStatusCode.Unauthorized, 0)));
    }

    [Test]
    public async Task The_log_names_who_logged_in_and_no_password()
    {
        await CookieAsync();

        // The broker logs a change after its reply.
        await Eventually.Holds(
            () => _broker.Log.Contains("HTTP API: 'jo' from 127.0.0.1: POST /api/session: 200"), () => "The log does not name jo");
        Assert.That(_broker.Log, Has.None.Contains("secret"));
    }

    private void Put(string name, string tags) => _broker.Broker.Users.Put(new User(name, _secret, UserTags.Parse(tags)));

    private async Task<HttpResponseMessage> LogInAsync(string name, string password, string? cookie = null)
    {
        using var request = Request("POST", "session", cookie, "X-Requested-With: amqpbroker, Origin: http://HOST");
        request.Content = JsonContent.Create(new { username = name, password });
        return await _http.SendAsync(request);
    }

    private async Task<string> CookieAsync()
    {
        using var answer = await LogInAsync("jo", "secret");
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<JsonElement> ShowAsync(string? cookie)
    {
        using var answer = await SendAsync("GET", "session", cookie, "");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<HttpResponseMessage> ChangeAsync(string method, string path, string? cookie) =>
        SendAsync(method, path, cookie, "X-Requested-With: amqpbroker, Origin: http://HOST");

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? cookie, string headers)
    {
        using var request = Request(method, path, cookie, headers);
        return await _http.SendAsync(request);
    }

    private HttpRequestMessage Request(string method, string path, string? cookie, string headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (string[] header in headers.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(header => header.Split(": ")))
            request.Headers.TryAddWithoutValidation(header[0], header[1].Replace("HOST", _http.BaseAddress!.Authority));
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        return request;
    }
}
