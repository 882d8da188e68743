using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Amqp.Tests.Support;

/// <summary>A client of server-sent events, such as a browser's EventSource.</summary>
internal sealed class EventStream : IDisposable
{
    private static readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventStream(HttpResponseMessage answer, StreamReader lines) => (_answer, _lines) = (answer, lines);

    /// <summary>Sends a request for a stream, and returns the answer when its headers have arrived.</summary>
    public static Task<HttpResponseMessage> AskAsync(Uri uri, string login = "guest:guest", string? cookie = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (cookie is null)
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        else
            request.Headers.Add("Cookie", cookie);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Opens a stream.</summary>
    public static async Task<EventStream> OpenAsync(Uri uri, string login = "guest:guest", string? cookie = null)
    {
        var answer = await AskAsync(uri, login, cookie);
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        return new EventStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>Returns the next event; null at the end of the stream.</summary>
    public async Task<(string Name, JsonElement Data)?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string name = "";
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (name, JsonDocument.Parse(line["data: ".Length..]).RootElement.Clone());
        }
        return null;
    }

    /// <summary>Returns the data of the next event with one of these names.</summary>
    public async Task<(string Name, JsonElement Data)> NextAsync(params string[] names)
    {
        while (true)
        {
            var next = await ReadAsync();
            Assert.That(next, Is.Not.Null, "the stream has ended");
            if (names.Contains(next!.Value.Name))
                return next.Value;
        }
    }

    /// <summary>Reads up to the end of the stream. Fails if it does not end.</summary>
    public async Task ExpectEndAsync()
    {
        for (int i = 0; i < 300; i++)
            if (await ReadAsync() is null)
                return;
        Assert.Fail("the stream goes on");
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
