using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>
/// Base of the tests of the HTTP API. If <c>AMQPBROKER_TEST_API_URL</c> and <c>AMQPBROKER_TEST_URL</c> are set, the tests use the RabbitMQ
/// broker at these URLs.
/// </summary>
public abstract class ApiTests : BehaviourTests
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Options for a URI in which names such as <c>a%2Fb</c> and <c>%2E%2E</c> stay unchanged.</summary>
    private static readonly UriCreationOptions _asGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly List<string> _made = [];

    [TearDown]
    public async Task DeleteWhatTheTestMade()
    {
        foreach (string path in Enumerable.Reverse(_made))
            await SendAsync(HttpMethod.Delete, path);
    }

    private protected static async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, object? body = null, string login = "guest:guest", string? header = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(await BrokerTarget.ApiUriAsync() + "api" + path, _asGiven));
        if (login.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        if (header is not null)
            request.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
        if (body is byte[] octets)
            request.Content = new ByteArrayContent(octets) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        else if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        var answer = await _http.SendAsync(request);
        return new ApiAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    private protected static Task<ApiAnswer> GetAsync(string path, string login = "guest:guest") =>
        SendAsync(HttpMethod.Get, path, login: login);

    private protected static Task<ApiAnswer> PutAsync(string path, object body, string login = "guest:guest") =>
        SendAsync(HttpMethod.Put, path, body, login);

    private protected static Task<ApiAnswer> PostAsync(string path, object body, string login = "guest:guest") =>
        SendAsync(HttpMethod.Post, path, body, login);

    private protected static Task<ApiAnswer> DeleteAsync(string path, string login = "guest:guest") =>
        SendAsync(HttpMethod.Delete, path, login: login);

    /// <summary>Returns true if an object has all of these fields and their values are numbers.</summary>
    private protected static bool HasNumbers(JsonElement json, IEnumerable<string> fields) =>
        fields.All(field => json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number);

    /// <summary>
    /// Creates a virtual host in which the user guest has all permissions. The clean-up after the test deletes the virtual host.
    /// </summary>
    private protected async Task<string> NewVirtualHostAsync(object? settings = null)
    {
        string name = NewName("v");
        _made.Add($"/vhosts/{name}");
        Assert.That((await PutAsync($"/vhosts/{name}", settings ?? new { })).Code, Is.EqualTo(201));
        await PutAsync($"/permissions/{name}/guest", new { configure = ".*", write = ".*", read = ".*" });
        return name;
    }

    /// <summary>Creates a user with the password "secret". The clean-up after the test deletes the user.</summary>
    private protected async Task<string> NewUserAsync(string tags, string? virtualHost = null)
    {
        string name = NewName("u");
        _made.Add($"/users/{name}");
        Assert.That((await PutAsync($"/users/{name}", new { password = "secret", tags })).Code, Is.EqualTo(201));
        if (virtualHost is not null)
            await PutAsync($"/permissions/{virtualHost}/{name}", new { configure = ".*", write = ".*", read = ".*" });
        return name;
    }

    /// <summary>Opens a channel on a new connection to a virtual host.</summary>
    private protected async Task<RawChannel> OpenChannelAsync(string virtualHost)
    {
        var client = await DialAsync();
        await client.OpenAsync(virtualHost: virtualHost);
        return await client.OpenChannelAsync();
    }

    /// <summary>Connects a client, and sends connection.open. The test must receive the answer itself.</summary>
    private protected async Task<RawClient> AskToOpenAsync(string virtualHost, string login = "guest:guest")
    {
        var client = await DialAsync();
        await client.StartAsync();
        await client.LogInAsync(response: Encoding.UTF8.GetBytes($"\0{login.Replace(':', '\0')}"));
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));
        await client.SendAsync(0, new ConnectionOpen(virtualHost));
        return client;
    }
}
