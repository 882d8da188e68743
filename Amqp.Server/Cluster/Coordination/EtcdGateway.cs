using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>Sends requests to etcd's JSON gateway. Goes to the next endpoint if one fails, and stays there. Thread-safe.</summary>
/// <remarks>
/// A request whose answer is lost is sent again, and a member of etcd that was stopped may carry out the first one much later. So requests
/// must be safe to repeat, and safe to be carried out late.
/// </remarks>
internal sealed class EtcdGateway : IDisposable
{
    /// <summary>Time between two rounds through all endpoints.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private readonly EtcdOptions _options;
    private readonly TimeSpan _limit;
    private readonly HttpClient _http;
    private int _current; // index of the endpoint in use
    private volatile string? _token; // null before the first login, empty if etcd needs none

    public EtcdGateway(EtcdOptions options)
    {
        if (options.Endpoints.Count == 0)
            throw new ArgumentException("etcd needs at least one endpoint", nameof(options));
        _options = options;
        _limit = options.AttemptLimit * options.Endpoints.Count;
        _token = options.Username is null ? "" : null;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            MaxResponseDrainSize = 0, // the end of a watch would wait two seconds for more events
            AllowAutoRedirect = false,
            ConnectTimeout = options.AttemptLimit,
            SslOptions = EtcdTls.Read(options),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        // A member that is cut off from the others then answers at once that it has no leader, instead of waiting for one.
        _http.DefaultRequestHeaders.Add("Grpc-Metadata-hasleader", "true");
    }

    /// <summary>The endpoint in use.</summary>
    public Uri Current => _options.Endpoints[Volatile.Read(ref _current)];

    /// <summary>Sends a request to one endpoint after the other, until one answers.</summary>
    /// <param name="path">Path below <c>/v3/</c>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>The answer. For a stream, its first element.</returns>
    /// <exception cref="EtcdErrorException">etcd refuses the request.</exception>
    /// <exception cref="CoordinatorUnavailableException">No endpoint answered within the time limit.</exception>
    public async Task<JsonElement> CallAsync(string path, string body, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int first = Volatile.Read(ref _current);
        for (int attempt = 1; ; attempt++)
        {
            int endpoint = (first + attempt - 1) % _options.Endpoints.Count;
            try
            {
                using var limit = LimitOf(cancellation);
                using var response = await SendAsync(
                    _options.Endpoints[endpoint], path, body, HttpCompletionOption.ResponseContentRead, limit.Token);
                return await ReadAsync(response, limit.Token);
            }
            catch (Exception error) when (IsOfEndpoint(error) && !cancellation.IsCancellationRequested)
            {
                Leave(endpoint);
                if (Stopwatch.GetElapsedTime(start) >= _limit)
                    throw Unavailable(endpoint, error);
            }
            if (attempt % _options.Endpoints.Count == 0)
                await Task.Delay(_pause, cancellation);
        }
    }

    /// <summary>Opens a stream at the endpoint in use.</summary>
    /// <param name="path">Path below <c>/v3/</c>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>The answer, whose body is a line of JSON for each element, and its endpoint.</returns>
    /// <exception cref="CoordinatorUnavailableException">The endpoint did not answer, so the next one is in use now.</exception>
    public async Task<(HttpResponseMessage Response, Uri Endpoint)> OpenAsync(string path, string body, CancellationToken cancellation)
    {
        int endpoint = Volatile.Read(ref _current);
        HttpResponseMessage? response = null;
        try
        {
            using var limit = LimitOf(cancellation);
            response = await SendAsync(
                _options.Endpoints[endpoint], path, body, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!response.IsSuccessStatusCode)
                await ReadAsync(response, limit.Token);
            return (response, _options.Endpoints[endpoint]);
        }
        catch (Exception error)
        {
            response?.Dispose();
            if (!IsOfEndpoint(error) || cancellation.IsCancellationRequested)
                throw;
            Leave(endpoint);
            throw Unavailable(endpoint, error);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsOfEndpoint(Exception error) => error switch
    {
        EtcdErrorException answer => !answer.IsFinal,
        HttpRequestException or IOException or OperationCanceledException or JsonException => true,
        _ => false,
    };

    private CancellationTokenSource LimitOf(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.AttemptLimit);
        return limit;
    }

    /// <summary>Puts the next endpoint in use, unless another request has done so.</summary>
    private void Leave(int endpoint) =>
        Interlocked.CompareExchange(ref _current, (endpoint + 1) % _options.Endpoints.Count, endpoint);

    private CoordinatorUnavailableException Unavailable(int endpoint, Exception error)
    {
        string reason = error is OperationCanceledException
            ? $"no answer within {_options.AttemptLimit.TotalSeconds:0.#} s"
            : error.InnerException?.Message ?? error.Message;
        return new CoordinatorUnavailableException($"etcd is not available; {_options.Endpoints[endpoint]} failed last: {reason}", error);
    }

    /// <summary>Sends a request with the token of the login. Logs in if there is no token, or if etcd no longer accepts it.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        Uri endpoint, string path, string body, HttpCompletionOption completion, CancellationToken cancellation)
    {
        string token = _token ?? await LogInAsync(endpoint, cancellation);
        var response = await PostAsync(endpoint, path, body, token, completion, cancellation);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            try
            {
                await ReadAsync(response, cancellation);
            }
            catch (EtcdErrorException error) when (error.NeedsLogin && _options.Username is not null)
            {
                token = await LogInAsync(endpoint, cancellation);
            }
        }
        return await PostAsync(endpoint, path, body, token, completion, cancellation);
    }

    private async Task<string> LogInAsync(Uri endpoint, CancellationToken cancellation)
    {
        string name = JsonEncodedText.Encode(_options.Username!).ToString();
        string password = JsonEncodedText.Encode(_options.Password).ToString();
        try
        {
            using var response = await PostAsync(
                endpoint, "auth/authenticate", $$"""{"name":"{{name}}","password":"{{password}}"}""", "",
                HttpCompletionOption.ResponseContentRead, cancellation);
            return _token = (await ReadAsync(response, cancellation)).GetProperty("token").GetString()!;
        }
        catch (EtcdErrorException error) when (error.IsFailedPrecondition)
        {
            return _token = ""; // etcd needs no login, as long as its authentication is not enabled
        }
    }

    private async Task<HttpResponseMessage> PostAsync(
        Uri endpoint, string path, string body, string token, HttpCompletionOption completion, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, $"/v3/{path}"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        if (token.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", token);
        return await _http.SendAsync(request, completion, cancellation);
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="EtcdErrorException">The answer is an error.</exception>
    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        var answer = JsonDocument.Parse(bytes).RootElement;
        if (EtcdErrorException.Of(answer) is { } error)
            throw error;
        return response.IsSuccessStatusCode ? answer : throw new HttpRequestException($"status {(int)response.StatusCode}");
    }
}
