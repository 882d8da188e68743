using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The broker serves the management page beside the HTTP API.</summary>
public sealed partial class PageTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    [TestCase("/")]
    [TestCase("/queues")]
    [TestCase("/queues/%2F/orders.eu/messages?q=a&sort=-ready")]
    [TestCase("/queues/%2F/a%2Fb%3F%23%20%C3%A4")]
    [TestCase("/apiary")]
    [TestCase("/index.html")]
    public async Task Each_address_of_the_page_is_the_page(string path)
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client(broker);

        using var answer = await http.GetAsync(path);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/html; charset=utf-8"));
        Assert.That(answer.Headers.CacheControl!.ToString(), Is.EqualTo("no-cache"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("<!doctype html>"));
    }

    [TestCase("GET", "/api/none", 404)]
    [TestCase("GET", "/API/none", 404)]
    [TestCase("GET", "/api", 404)]
    [TestCase("PUT", "/api/none", 405)]
    [TestCase("GET", "/metrics", 404)]
    [TestCase("GET", "/metrics/detailed", 404)]
    [TestCase("GET", "/assets", 404)]
    [TestCase("GET", "/assets/0000000000000000/app.js", 404)]
    [TestCase("POST", "/", 405)]
    [TestCase("DELETE", "/queues", 405)]
    [TestCase("OPTIONS", "/queues", 404)]
    public async Task Paths_of_nothing_stay_unknown(string method, string path, int status)
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client(broker);

        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        if (status == 404)
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"error":"Object Not Found","reason":"Not Found"}"""));
    }

    [TestCase("")]
    [TestCase("/x")]
    public async Task The_page_names_files_that_exist_and_the_browser_may_keep_for_ever(string prefix)
    {
        await using var broker = await BrokerInProcess.StartAsync(prefix.Length > 0 ? [$"management.path_prefix = {prefix}"] : []);
        using var http = Client(broker);

        string page = await http.GetStringAsync(prefix.Length > 0 ? prefix : "/");

        string[] addresses = [.. Address().Matches(page).Select(match => match.Groups[1].Value)];
        Assert.That(addresses, Has.Length.GreaterThan(1).And.All.Match($"^{prefix}/assets/[0-9a-f]{{16}}/"));
        Assert.That(addresses, Is.Unique);
        Assert.That(page, Does.Contain($"content=\"{prefix}\"").And.Not.Contain("{{"));
        foreach (string address in addresses)
        {
            using var answer = await http.GetAsync(address);
            Assert.That((address, answer.StatusCode), Is.EqualTo((address, HttpStatusCode.OK)));
            Assert.That(answer.Headers.CacheControl!.ToString(), Is.EqualTo("public, max-age=31536000, immutable"));
            Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo(TypeOf(address)));
        }
    }

    [Test]
    public async Task With_a_prefix_other_paths_are_not_the_page()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.path_prefix = /x");
        using var http = Client(broker);

        var statuses = new List<int>();
        foreach (string path in new[] { "/x/", "/x/queues", "/", "/queues", "/xy", "/x/api/none", "/api/overview" })
        {
            using var answer = await http.GetAsync(path);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.That(statuses, Is.EqualTo([200, 200, 404, 404, 404, 404, 404]));
    }

    [Test]
    public async Task The_page_can_be_turned_off()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.page = false");
        using var http = Client(broker);

        using var answer = await http.GetAsync("/");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task The_page_and_its_files_run_only_the_brokers_own_code()
    {
        await using var broker = await BrokerInProcess.StartAsync("management.csp.policy = default-src 'self'");
        using var http = Client(broker);
        string file = Address().Match(await http.GetStringAsync("/")).Groups[1].Value;

        foreach (string path in new[] { "/", "/queues", file })
        {
            using var answer = await http.GetAsync(path);
            // A browser obeys the configured policy, too.
            Assert.That(answer.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(["default-src 'self'", Policy]));
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
            Assert.That(answer.Headers.GetValues("Referrer-Policy"), Is.EqualTo(["no-referrer"]));
            Assert.That(answer.Headers.GetValues("Cross-Origin-Opener-Policy"), Is.EqualTo(["same-origin"]));
            Assert.That(answer.Headers.GetValues("Cross-Origin-Resource-Policy"), Is.EqualTo(["same-origin"]));
        }
    }

    [Test]
    public async Task Files_are_sent_compressed_to_those_who_accept_it_and_are_the_same_for_others()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client(broker);
        foreach (string path in new[] { "/", Address().Match(await http.GetStringAsync("/")).Groups[1].Value })
        {
            byte[] plain = await http.GetByteArrayAsync(path);
            foreach (var (accepted, coding) in new[]
            {
                ("gzip, deflate", "gzip"), ("gzip, deflate, br", "br"), ("*", "br"), ("gzip;q=0", ""), ("identity", ""),
            })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
                using var answer = await http.SendAsync(request);
                byte[] content = await answer.Content.ReadAsByteArrayAsync();
                string expected = path == "/" && coding == "br" ? "gzip" : coding; // the program compresses index.html itself
                Assert.That((accepted, string.Join(' ', answer.Content.Headers.ContentEncoding)), Is.EqualTo((accepted, expected)));
                Assert.That(Unpack(content, expected), Is.EqualTo(plain));
                Assert.That(answer.Headers.Vary, Is.EqualTo(["Accept-Encoding"]));
            }
        }
    }

    [Test]
    public async Task Head_has_the_headers_of_get_and_no_body()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client(broker);
        using var whole = await http.GetAsync("/queues");

        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/queues"));

        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Empty);
        Assert.That(answer.Content.Headers.ContentLength, Is.EqualTo(whole.Content.Headers.ContentLength));
        Assert.That(answer.Headers.ETag, Is.EqualTo(whole.Headers.ETag).And.Not.Null);
    }

    [Test]
    public async Task A_page_that_the_browser_has_is_not_sent_again()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = Client(broker);
        using var first = await http.GetAsync("/");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/queues");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var answer = await http.SendAsync(request);

        Assert.That((answer.StatusCode, answer.Headers.ETag), Is.EqualTo((HttpStatusCode.NotModified, first.Headers.ETag)));
    }

    private static HttpClient Client(BrokerInProcess broker) =>
        new() { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}") };

    private static byte[] Unpack(byte[] content, string coding)
    {
        using var packed = new MemoryStream(content);
        using Stream plain = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        using var unpacked = new MemoryStream();
        plain.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static string TypeOf(string address) => Path.GetExtension(address) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "unexpected",
    };

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Address();
}
