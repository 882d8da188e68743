using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Amqp.Tests.Fuzz;

/// <summary>Sends the fuzzer's requests to the HTTP API. Used by one worker only.</summary>
internal sealed class FuzzApi : IDisposable
{
    private readonly FuzzRun _run;
    private readonly OperationLog _log;
    private readonly HttpClient _http = new() { Timeout = FuzzRun.PatienceOfWorkers };

    public FuzzApi(FuzzRun run, OperationLog log)
    {
        (_run, _log) = (run, log);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
    }

    /// <summary>Sends a request. The run fails if the response shows a fault of the broker, or does not come in time.</summary>
    /// <param name="method">GET, PUT, POST or DELETE.</param>
    /// <param name="path">The part of the path after <c>/api</c>, escaped.</param>
    /// <param name="body">JSON, or null for no body.</param>
    /// <returns>Status and body. The status is 0 if the broker no longer runs.</returns>
    public async Task<(int Code, string Body)> CallAsync(string method, string path, string? body = null)
    {
        if (path != "/faults")
            _log.Note((method, path, body));
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{_run.Broker.ManagementPort}/api{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using var answer = await _http.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            int code = (int)answer.StatusCode;
            _run.NoteAnswer(string.Create(CultureInfo.InvariantCulture, $"HTTP {code}"));
            // 503 is no fault: it means that publishers are blocked
            if (code >= 500 && answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                _run.Fail($"{method} {path} {body} was answered {code}: {text}");
            return (code, text);
        }
        catch (TaskCanceledException)
        {
            _run.Fail($"{method} {path} {body} was not answered in time");
        }
        catch (HttpRequestException error)
        {
            if (!_run.Broker.HasExited && !_run.Stop.IsCancellationRequested)
                _run.Fail($"{method} {path} {body} was cut off: {error.Message}");
        }
        return (0, "");
    }

    public void Dispose() => _http.Dispose();
}
