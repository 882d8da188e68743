using System.Collections.Specialized;
using System.Net;
using System.Text;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>A fake HTTP API. It sends the responses that a test has set, and records the requests.</summary>
internal sealed class AnsweringApi : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, (int Status, string Body)> _answers = [];
    private readonly List<string> _asked = [];
    private readonly List<NameValueCollection> _headers = [];

    public AnsweringApi()
    {
        Url = $"http://127.0.0.1:{FreePorts.Next()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Url { get; }

    /// <summary>Method, path and body of each request. The path is the part after <c>/api/</c>.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public IReadOnlyList<NameValueCollection> Headers
    {
        get
        {
            lock (_asked)
                return [.. _headers];
        }
    }

    /// <summary>Sets the response to a request. A request for which no response is set gets 404.</summary>
    public AnsweringApi With(string path, string body, int status = 200)
    {
        _answers[path] = (status, body);
        return this;
    }

    /// <summary>Runs a command within this process. The command uses this API as its broker.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) =>
        CliRun.HereAsync(arguments, new Dictionary<string, string> { ["AMQPBROKER_URL"] = Url });

    /// <summary>Runs a rabbitmqctl command within this process. The command uses this API as its broker.</summary>
    public Task<CliRun> CtlAsync(params string[] arguments) => RunAsync(["ctl", "-n", "n", .. arguments]);

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                string path = context.Request.RawUrl!["/api/".Length..];
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                lock (_asked)
                {
                    _asked.Add($"{context.Request.HttpMethod} {path} {reader.ReadToEnd()}".TrimEnd());
                    _headers.Add(context.Request.Headers);
                }
                (int status, string body) = _answers.GetValueOrDefault(
                    path, (404, """{"error":"Object Not Found","reason":"Not Found"}"""));
                context.Response.StatusCode = status;
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The listener is closed: the test has ended, and no more requests arrive.
        }
    }
}
