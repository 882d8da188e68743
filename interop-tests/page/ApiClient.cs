using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Page;

/// <summary>The HTTP API with the login of one user.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(string address, string user, string password)
    {
        _http = new HttpClient { BaseAddress = new Uri(address) };
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <summary>Encodes the parts of a path below <c>/api</c>.</summary>
    public static string Path(params string[] parts) => "/api/" + string.Join('/', parts.Select(Uri.EscapeDataString));

    /// <summary>Sends a request and returns the status code.</summary>
    public async Task<int> StatusAsync(string method, string path, string? body = null)
    {
        using var reply = await SendAsync(method, path, body);
        return (int)reply.StatusCode;
    }

    /// <summary>
    /// Sends a request and returns its status. A change that the permissions of the user forbid is 401 also where the API answers with 400
    /// and AMQP's reply, as RabbitMQ does for messages.
    /// </summary>
    public async Task<int> RightAsync(string method, string path, string? body)
    {
        using var reply = await SendAsync(method, path, body);
        string text = await reply.Content.ReadAsStringAsync();
        return text.Contains("ACCESS_REFUSED", StringComparison.Ordinal) ? 401 : (int)reply.StatusCode;
    }

    /// <summary>Sends a request that must succeed. Returns the JSON of the reply; undefined for an empty reply.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, object? body = null)
    {
        using var reply = await SendAsync(method, path, body is null ? null : JsonSerializer.Serialize(body));
        string text = await reply.Content.ReadAsStringAsync();
        Assert.That(reply.IsSuccessStatusCode, $"{method} {path} was answered with {(int)reply.StatusCode} {text}");
        return text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
    }

    public Task<JsonElement> GetAsync(params string[] parts) => DoAsync("GET", Path(parts));

    /// <summary>True if a resource exists.</summary>
    public async Task<bool> ExistsAsync(params string[] parts) => await StatusAsync("GET", Path(parts)) == 200;

    /// <summary>Sends a request and leaves the body of the reply unread until the result is disposed.</summary>
    public async Task<IAsyncDisposable> OpenAsync(string path) =>
        new OpenReply(await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request);
    }

    private sealed class OpenReply(HttpResponseMessage reply) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            reply.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
