using System.Diagnostics;
using System.Globalization;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>Reads resources of the HTTP API, like a monitoring client.</summary>
internal sealed class ApiReader(FuzzRun run) : IDisposable
{
    private static readonly string[] _paths =
    [
        "/overview", "/nodes", "/queues?page=1&page_size=100", "/exchanges/%2F", "/bindings/%2F", "/consumers/%2F",
        "/connections?page=1&page_size=20", "/channels", "/health/checks/alarms", "/policies"
    ];
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly FuzzApi _api = new(run, run.NewLog("API reader"));
    private long _answers;
    private TimeSpan _latest;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP answers {_answers}, the latest after {_latest.TotalMilliseconds:F0} ms");

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            string path = _paths[_answers % _paths.Length];
            long start = Stopwatch.GetTimestamp();
            var (code, body) = await _api.CallAsync("GET", path);
            if (code != 200 && !stop.IsCancellationRequested)
                run.Fail($"a bystander, HTTP: {path} was answered {code}: {body}");
            var time = Stopwatch.GetElapsedTime(start);
            if (time > FuzzRun.Patience)
                run.Fail($"a bystander, HTTP: {path} was answered after {time.TotalSeconds:F0} s");
            _latest = time > _latest ? time : _latest;
            _answers++;
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    public void Dispose() => _api.Dispose();
}
