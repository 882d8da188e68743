using System.Net.Sockets;
using System.Text;
using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>
/// A client without a login can occupy only a limited amount of memory and a limited number of connections of the HTTP listener.
/// </summary>
public class HttpLimitTests
{
    private const string TooLarge = "Exceeded HTTP request body size limit of 8192 bytes";

    // Each of these requests announces a longer body than it sends. A broker that read the body before it refuses the request would wait
    // for the rest of the body.
    [TestCase("POST /api/definitions", "", "Content-Length: 10000000", "401 Unauthorized", "")]
    [TestCase("POST /api/definitions", "", "Transfer-Encoding: chunked", "401 Unauthorized", "")]
    [TestCase("PUT /api/queues/%2F/q", "guest:wrong", "Content-Length: 10000000", "401 Unauthorized", "Login failed")]
    [TestCase("POST /api/users/bulk-delete", "jo:secret", "Content-Length: 10000000", "401 Unauthorized", "Not management user")]
    [TestCase("POST /api/login", "", "Content-Length: 8193", "400 Bad Request", TooLarge)]
    [TestCase("GET /api/auth", "", "Content-Length: 8193", "400 Bad Request", TooLarge)]
    [TestCase(
        "POST /api/definitions", "guest:guest", "Content-Length: 2001", "400 Bad Request",
        "Exceeded HTTP request body size limit of 2000 bytes")]
    public async Task A_body_is_not_waited_for_that_is_too_large_or_of_nobody(
        string line, string login, string length, string status, string reason)
    {
        await using var broker = await BrokerInProcess.StartAsync("management.http.max_body_size = 2000");
        broker.Broker.Users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));
        using var client = new TcpClient("127.0.0.1", broker.ManagementPort);

        string answer = await AskAsync(client, $"{line} HTTP/1.1\r\nHost: h\r\n{Authorization(login)}{length}\r\n\r\n");

        Assert.That(answer, Does.StartWith($"HTTP/1.1 {status}\r\n"));
        Assert.That(answer, Does.Contain(reason));
    }

    [Test]
    public async Task A_login_in_pieces_is_cut_off_when_it_is_too_large()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var client = new TcpClient("127.0.0.1", broker.ManagementPort);
        string piece = $"1000\r\n{new string('x', 0x1000)}\r\n";

        string answer = await AskAsync(
            client, $"POST /api/login HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{piece}{piece}{piece}");

        Assert.That(answer, Does.StartWith("HTTP/1.1 400 Bad Request\r\n").And.Contains(TooLarge));
    }

    [Test]
    public async Task The_largest_login_is_taken()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var client = new TcpClient("127.0.0.1", broker.ManagementPort);
        string body = "username=guest&password=guest&x=".PadRight(8192, 'x');

        string answer = await AskAsync(client, $"POST /api/login HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.That(answer, Does.StartWith("HTTP/1.1 200 OK\r\n"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Connections_beyond_the_limit_are_closed_and_the_others_go_on(bool isForMetrics)
    {
        await using var broker = await BrokerInProcess.StartAsync("management.connection_max = 2");
        int port = isForMetrics ? broker.MetricsPort : broker.ManagementPort,
            otherPort = isForMetrics ? broker.ManagementPort : broker.MetricsPort;
        using TcpClient first = new("127.0.0.1", port), second = new("127.0.0.1", port);
        string ask = $"GET {(isForMetrics ? "/metrics" : "/api/auth")} HTTP/1.1\r\nHost: h\r\n\r\n";
        Assert.That(new[] { await AskAsync(first, ask), await AskAsync(second, ask) }, Is.All.StartsWith("HTTP/1.1 200 OK\r\n"));

        for (int i = 0; i < 3; i++)
        {
            using var third = new TcpClient("127.0.0.1", port);
            Assert.That(await AskAsync(third, ask), Is.Empty);
        }

        Assert.That(new[] { await AskAsync(first, ask), await AskAsync(second, ask) }, Is.All.StartsWith("HTTP/1.1 200 OK\r\n"));
        using var elsewhere = new TcpClient("127.0.0.1", otherPort);
        Assert.That(
            await AskAsync(elsewhere, $"GET {(isForMetrics ? "/api/auth" : "/metrics")} HTTP/1.1\r\nHost: h\r\n\r\n"),
            Does.StartWith("HTTP/1.1 200 OK\r\n"));
        Assert.That(broker.Log, Has.Some.Contains("closed, because 2 connections to the HTTP API are open (management.connection_max)"));
        first.Close();
        await Eventually.Holds(
            async () =>
            {
                using var next = new TcpClient("127.0.0.1", port);
                return (await AskAsync(next, ask)).Length > 0;
            },
            () => "The place of who went is not given to who comes");
    }

    private static string Authorization(string login) =>
        login.Length > 0 ? $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}\r\n" : "";

    /// <summary>
    /// Sends a request, or its beginning. Returns the part of the response that arrives, or an empty text if none arrives.
    /// </summary>
    private static async Task<string> AskAsync(TcpClient client, string request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] buffer = new byte[65_536];
        int length = 0;
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
            while (length < buffer.Length && await client.GetStream().ReadAsync(buffer.AsMemory(length), limit.Token) is > 0 and var read)
            {
                length += read;
                if (IsWhole(Encoding.ASCII.GetString(buffer, 0, length)))
                    break;
            }
        }
        catch (IOException)
        {
            // The broker has reset the connection, so nothing more arrives.
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    /// <summary>Returns true if the head and the body of a response have arrived. For a long response, the head suffices.</summary>
    private static bool IsWhole(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        int at = answer.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        return at < 0 || at > end
            ? answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
            : answer.Length - end - 4 >= int.Parse(answer[(at + 16)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
