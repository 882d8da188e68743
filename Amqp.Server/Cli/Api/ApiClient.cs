using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Api;

/// <summary>Asks one broker's HTTP API, ours or RabbitMQ's. Used by one command, one request at a time.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Asks for a report of what an import left out, also where nothing but the status would be answered (RFC 7240).</summary>
    public static readonly (string, string) WantsReport = ("Prefer", "return=representation");

    private readonly HttpClient _http;
    private readonly TimeSpan _limit;
    private SslPolicyErrors _distrust; // why the certificate is not believed
    private X509ChainStatusFlags _chainStatus;

    /// <param name="login">Whom to ask, and as whom.</param>
    /// <param name="limit">How long an answer may take.</param>
    public ApiClient(BrokerLogin login, TimeSpan limit)
    {
        (Login, _limit) = (login, limit);
        // A proxy is for others' machines; looking for one costs more than the request.
        var handler = new SocketsHttpHandler { UseProxy = !login.Url.IsLoopback, AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = IsTrusted;
        _http = new HttpClient(handler) { Timeout = limit };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));
    }

    public BrokerLogin Login { get; }

    /// <summary>Asks, whatever the answer.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">Below <c>/api/</c>, made by <see cref="ApiPath"/>.</param>
    /// <param name="body">JSON, or null for none.</param>
    /// <param name="header">A header to send along.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ApiFailure">There was no answer of a broker.</exception>
    public async Task<ApiAnswer> AskAsync(HttpMethod method, string path, string? body = null, (string Name, string Value)? header = null, CancellationToken cancellation = default)
    {
        // Names like ".." and "a%2Fb" must arrive as they are.
        var address = new Uri($"{Login}/api/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeNames.Application.Json);
        if (header is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellation);
            return new ApiAnswer(response.StatusCode, answer.Length > 0 ? JsonDocument.Parse(answer).RootElement : default);
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

    /// <summary>Gets something that shall be there.</summary>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="what">What it is, for when it is not there: <c>queue 'x'</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ApiFailure">It is not, or the broker refuses.</exception>
    public async Task<JsonElement> GetAsync(string path, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Get, path, null, what, cancellation)).Json;

    /// <summary>Changes something.</summary>
    /// <returns>The answer; its status tells what is new (201) from what was there.</returns>
    /// <exception cref="ApiFailure">The broker refuses.</exception>
    public Task<ApiAnswer> PutAsync(string path, JsonNode body, string what, CancellationToken cancellation = default) =>
        DemandAsync(HttpMethod.Put, path, body, what, cancellation);

    /// <summary>Asks for something to be done.</summary>
    /// <exception cref="ApiFailure">The broker refuses.</exception>
    public async Task<JsonElement> PostAsync(string path, JsonNode body, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Post, path, body, what, cancellation)).Json;

    /// <summary>Deletes something.</summary>
    /// <returns>What the broker says of it; mostly nothing.</returns>
    /// <exception cref="ApiFailure">It is not there, or the broker refuses.</exception>
    public async Task<JsonElement> DeleteAsync(string path, string what, CancellationToken cancellation = default) =>
        (await DemandAsync(HttpMethod.Delete, path, null, what, cancellation)).Json;

    public void Dispose() => _http.Dispose();

    /// <summary>Believes what the system does, and remembers why not.</summary>
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
