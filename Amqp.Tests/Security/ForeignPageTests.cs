using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>
/// Pages of other sites make a browser send requests to the broker. The browser adds the login that it has stored for the broker.
/// </summary>
public class ForeignPageTests
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";

    private static readonly HttpClient _http = new();

    [Test]
    public async Task No_resource_takes_a_change_from_the_page_of_another_site()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        var taken = new List<string>();

        foreach (string resource in broker.Resources.Where(resource => !resource.StartsWith("GET ", StringComparison.Ordinal)))
        {
            string[] parts = resource.Split(' ');
            var status = await SendAsync(
                broker, parts[0], parts[1].Replace("{", "").Replace("}", ""), Form, "Origin: https://evil.example");
            if (status != HttpStatusCode.Forbidden)
                taken.Add($"{resource}: {status}");
        }

        Assert.That(taken, Is.Empty);
        Assert.That(broker.Log, Has.Some.Contains(
            "POST /api/stop from 127.0.0.1 is refused, sent by a page of 'https://evil.example': Requests of pages of "));
    }

    // Requests without the headers that browsers add. These requests do not come from a browser, so the broker accepts them with any
    // content type.
    [TestCase("", Form, "", 204)]
    [TestCase("", "text/plain", "", 204)]
    [TestCase("", Json, "", 204)]
    [TestCase("", "", "", 204)]
    // Requests from the broker's own pages.
    [TestCase("", Json, "Origin: http://HOST", 204)]
    [TestCase("", "multipart/form-data; boundary=x", "Origin: http://HOST", 400)] // a form without a file
    [TestCase("", Json, "Origin: http://HOST, Sec-Fetch-Site: same-origin", 204)]
    [TestCase("", Json, "Origin: https://behind.a.proxy, Sec-Fetch-Site: same-origin", 204)]
    [TestCase("", Json, "Sec-Fetch-Site: none", 204)]
    // Requests from pages of other sites.
    [TestCase("", Form, "Origin: https://evil.example", 403)]
    [TestCase("", "text/plain", "Origin: https://evil.example", 403)]
    [TestCase("", Json, "Origin: https://evil.example", 403)]
    [TestCase("", "", "Origin: https://evil.example", 403)]
    [TestCase("", Form, "Origin: null", 403)]
    [TestCase("", Form, "Origin: http://127.0.0.1:1", 403)]
    [TestCase("", Form, "Sec-Fetch-Site: cross-site", 403)]
    [TestCase("", Form, "Origin: http://127.0.0.1:1, Sec-Fetch-Site: same-site", 403)]
    [TestCase("", Form, "Origin: http://HOST, Sec-Fetch-Site: cross-site", 403)]
    // Requests from pages of an origin that the settings allow by name.
    [TestCase("https://console.example", Json, "Origin: https://console.example, Sec-Fetch-Site: cross-site", 204)]
    [TestCase("https://console.example", Form, "Origin: https://console.example", 204)]
    [TestCase("https://console.example", Json, "Origin: https://evil.example", 403)]
    // All origins are allowed. The broker accepts only requests for which a browser sends a preflight request and uses no stored login.
    [TestCase("*", Json, "Origin: https://any.example, Sec-Fetch-Site: cross-site", 204)]
    [TestCase("*", Form, "Origin: https://any.example, Sec-Fetch-Site: cross-site", 403)]
    [TestCase("*", "text/plain; charset=utf-8", "Origin: https://any.example", 403)]
    [TestCase("*", "", "Origin: https://any.example", 403)]
    public async Task A_change_is_taken_from_known_pages_and_from_what_is_no_browser(
        string allowed, string contentType, string headers, int status)
    {
        await using var broker = await BrokerInProcess.StartAsync(
            allowed.Length > 0 ? [$"management.cors.allow_origins.1 = {allowed}"] : []);

        Assert.That((int)await SendAsync(broker, "POST", "/api/definitions", contentType, headers), Is.EqualTo(status));
    }

    [TestCase("*", "https://any.example", "*", null)]
    [TestCase("https://console.example", "https://console.example", "https://console.example", "true")]
    [TestCase("https://console.example", "https://any.example", null, null)]
    public async Task Only_pages_of_named_origins_may_send_what_the_browser_remembers(
        string allowed, string origin, string? told, string? credentials)
    {
        await using var broker = await BrokerInProcess.StartAsync($"management.cors.allow_origins.1 = {allowed}");
        foreach (string method in new[] { "GET", "OPTIONS" })
        {
            using var request = Request(broker, method, "/api/overview", "", $"Origin: {origin}");

            using var answer = await _http.SendAsync(request);

            Assert.That(
                (Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Credentials")),
                Is.EqualTo((told, credentials)),
                method);
        }
    }

    [Test]
    public async Task Reading_is_not_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        Assert.That(
            await SendAsync(broker, "GET", "/api/overview", "", "Origin: https://evil.example, Sec-Fetch-Site: cross-site"),
            Is.EqualTo(HttpStatusCode.OK));
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static async Task<HttpStatusCode> SendAsync(
        BrokerInProcess broker, string method, string path, string contentType, string headers)
    {
        using var request = Request(broker, method, path, contentType, headers);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Request(BrokerInProcess broker, string method, string path, string contentType, string headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{broker.ManagementPort}{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        foreach (string header in headers.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            request.Headers.TryAddWithoutValidation(
                header.Split(": ")[0], header.Split(": ")[1].Replace("HOST", $"127.0.0.1:{broker.ManagementPort}"));
        if (method == "GET" || method == "OPTIONS")
            return request;
        request.Content = new ByteArrayContent(contentType.Length > 0 ? Encoding.UTF8.GetBytes("{}") : []);
        if (contentType.Length > 0)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return request;
    }
}
