using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AmqpBroker.Embedded.Processes;

namespace AmqpBroker.Embedded.Management;

/// <summary>Sends requests to the HTTP API of a broker.</summary>
internal sealed class ManagementClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly BrokerLog _log;

    /// <summary>Creates a client. It connects when the first request is sent.</summary>
    /// <param name="address">Address of the HTTP API, with a slash at its end.</param>
    /// <param name="user">Name of the user.</param>
    /// <param name="password">Password of the user.</param>
    /// <param name="log">The broker's log, whose lines are added to exceptions.</param>
    public ManagementClient(Uri address, string user, string password, BrokerLog log)
    {
        _log = log;
        // No proxy is used, because a proxy could not reach this machine's loopback addresses.
        _http = new HttpClient(new HttpClientHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <summary>Sends a request and returns the response in JSON. An empty response becomes the JSON value null.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path below the address, with escaped names.</param>
    /// <param name="body">Writes the body; null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="EmbeddedBrokerException">
    /// The broker refused the request (404: the object does not exist), or is not running.
    /// </exception>
    public async Task<JsonDocument> SendAsync(
        HttpMethod method, string path, Action<Utf8JsonWriter>? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = Json(body);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            byte[] content = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return content.Length > 0 ? JsonDocument.Parse(content) : JsonDocument.Parse("null");
            throw new EmbeddedBrokerException(
                $"The broker refused {method} {path} with {(int)response.StatusCode}: {Encoding.UTF8.GetString(content)}", _log.Lines)
            {
                StatusCode = (int)response.StatusCode,
            };
        }
        catch (HttpRequestException exception)
        {
            throw new EmbeddedBrokerException(
                $"The broker does not answer at {_http.BaseAddress}: {exception.Message} {_log.End}", _log.Lines, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static ByteArrayContent Json(Action<Utf8JsonWriter> body)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            body(json);
        var content = new ByteArrayContent(bytes.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
#if NET
        response.Content.ReadAsByteArrayAsync(cancellationToken);
#else
        response.Content.ReadAsByteArrayAsync();
#endif
}
