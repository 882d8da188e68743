using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Api;

/// <summary>Client of the HTTP API of one broker, AmqpBroker or RabbitMQ. Used by one command, for one request at a time.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Request header that asks for a list of the definitions that an import skipped (RFC 7240).</summary>
    public static readonly (string, string) WantsReport = ("Prefer", "return=representation");

    private readonly HttpClient _http;
    private readonly TimeSpan _limit;
    private SslPolicyErrors _distrust; // reasons why the server's certificate is not trusted
    private X509ChainStatusFlags _chainStatus;

    /// <summary>Creates a client.</summary>
    /// <param name="login">Address and login.</param>
    /// <param name="limit">Longest time for a response.</param>
    public ApiClient(BrokerLogin login, TimeSpan limit)
    {
        (Login, _limit) = (login, limit);
        // A broker on this machine needs no proxy. Looking up the system's proxy would take longer than the request.
        var handler = new SocketsHttpHandler { UseProxy = !login.Url.IsLoopback, AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = IsTrusted;
        _http = new HttpClient(handler) { Timeout = limit };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));
    }

    public BrokerLogin Login { get; }

    /// <summary>Creates a client of another broker, with the same time limit.</summary>
    public ApiClient Another(BrokerLogin login) => new(login, _limit);

    /// <summary>Sends a request and returns the response. Does not throw for an error status.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path below <c>/api/</c>, made by <see cref="ApiPath"/>.</param>
    /// <param name="body">JSON; null for no body.</param>
    /// <param name="header">Additional header; null for none.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="ApiFailure">There was no response, or the server is no broker.</exception>
    public async Task<ApiAnswer> AskAsync(
        HttpMethod method,
        string path,
        string? body = null,
        (string Name, string Value)? header = null,
        CancellationToken cancellation = default)
    {
        using HttpRequestMessage request = NewRequest(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeNames.Application.Json);
        if (header is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        return await AskAsync(request, cancellation);
    }

    /// <summary>Sends lines of JSON, and returns the response. Does not throw for an error status.</summary>
    /// <exception cref="ApiFailure">There was no response, or the server is no broker.</exception>
    public async Task<ApiAnswer> PostLinesAsync(string path, ReadOnlyMemory<byte> lines, CancellationToken cancellation = default)
    {
        using HttpRequestMessage request = NewRequest(HttpMethod.Post, path);
        request.Content = new ReadOnlyMemoryContent(lines);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return await AskAsync(request, cancellation);
    }

    /// <summary>Copies a resource of any length to a stream.</summary>
    /// <param name="path">Path below <c>/api/</c>.</param>
    /// <param name="what">Name of the resource for an error text.</param>
    /// <param name="target">Receives the body of the response.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="ApiFailure">The broker refused the request, or the response ended too early.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public Task DownloadAsync(string path, string what, Stream target, CancellationToken cancellation = default) =>
        ExplainAsync(async () =>
        {
            using HttpRequestMessage request = NewRequest(HttpMethod.Get, path);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellation);
                JsonElement json = answer.Length > 0 ? JsonDocument.Parse(answer).RootElement : default;
                throw ApiFailure.Of(Login, new ApiAnswer(response.StatusCode, json), what);
            }
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
            byte[] part = new byte[64 * 1024];
            while (await ReadAsync(body, part, cancellation) is > 0 and var count)
                await target.WriteAsync(part.AsMemory(0, count), cancellation);
            return true;
        }, cancellation);

    private HttpRequestMessage NewRequest(HttpMethod method, string path)
    {
        // Names such as ".." and "a%2Fb" in the path must not be normalized.
        var address = new Uri($"{Login}/api/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return new HttpRequestMessage(method, address);
    }

    private Task<ApiAnswer> AskAsync(HttpRequestMessage request, CancellationToken cancellation) => ExplainAsync(async () =>
    {
        using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        return new ApiAnswer(response.StatusCode, answer.Length > 0 ? JsonDocument.Parse(answer).RootElement : default);
    }, cancellation);

    private async Task<int> ReadAsync(Stream body, byte[] part, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(part, cancellation);
        }
        catch (IOException)
        {
            throw ApiFailure.Incomplete(Login);
        }
    }

    /// <summary>Sends a request, and converts the errors of the connection to texts for the user.</summary>
    /// <exception cref="ApiFailure">There was no response, or the server is no broker.</exception>
    private async Task<TResult> ExplainAsync<TResult>(Func<Task<TResult>> sendAsync, CancellationToken cancellation)
    {
        try
        {
            return await sendAsync();
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.InvalidResponse)
        {
            throw ApiFailure.NoApi(Login);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ResponseEnded)
        {
            throw ApiFailure.NoAnswer(Login);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw _distrust == SslPolicyErrors.None ? ApiFailure.NoTls(Login) : ApiFailure.NoTrust(Login, _distrust, _chainStatus);
        }
        catch (HttpRequestException error)
        {
            throw ApiFailure.Unreachable(Login, (error.InnerException ?? error).Message);
        }
        catch (JsonException)
        {
            throw ApiFailure.NoApi(Login);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ApiFailure.Late(Login, _limit);
        }
    }

    /// <summary>Gets a resource that must exist.</summary>
    /// <param name="path">Path below <c>/api/</c>.</param>
    /// <param name="what">Name of the resource for an error text: <c>queue 'x'</c>.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="ApiFailure">The resource does not exist, or the broker refused the request.</exception>
    public async Task<JsonElement> GetAsync(string path, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Get, path, null, what, cancellation)).Json;

    /// <summary>Creates or changes a resource.</summary>
    /// <returns>The response. Status 201 means that the resource is new.</returns>
    /// <exception cref="ApiFailure">The broker refused the request.</exception>
    public Task<ApiAnswer> PutAsync(string path, JsonNode body, string what, CancellationToken cancellation = default) =>
        DemandAsync(HttpMethod.Put, path, body, what, cancellation);

    /// <summary>Sends a POST request.</summary>
    /// <exception cref="ApiFailure">The broker refused the request.</exception>
    public async Task<JsonElement> PostAsync(string path, JsonNode body, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Post, path, body, what, cancellation)).Json;

    /// <summary>Deletes a resource.</summary>
    /// <returns>The body of the response, which is usually empty.</returns>
    /// <exception cref="ApiFailure">The resource does not exist, or the broker refused the request.</exception>
    public async Task<JsonElement> DeleteAsync(string path, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Delete, path, null, what, cancellation)).Json;

    public void Dispose() => _http.Dispose();

    /// <summary>Trusts the certificates that the system trusts. Records why a certificate is not trusted.</summary>
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _distrust = errors;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? [])
            _chainStatus |= status.Status;
        return errors == SslPolicyErrors.None;
    }

    private async Task<ApiAnswer> DemandAsync(HttpMethod method, string path, JsonNode? body, string what, CancellationToken cancellation)
    {
        ApiAnswer answer = await AskAsync(method, path, body?.ToJsonString(), cancellation: cancellation);
        return answer.IsSuccess ? answer : throw ApiFailure.Of(Login, answer, what);
    }
}
