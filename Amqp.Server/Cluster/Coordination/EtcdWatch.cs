using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>Waits for changes of keys. Used by one caller at a time.</summary>
/// <remarks>
/// The stream of events only says when to read the keys again, so a lost event costs at most a check interval. The stream is at the
/// endpoint that the gateway uses for requests: if a request fails there, the stream moves too.
/// </remarks>
internal sealed class EtcdWatch(EtcdGateway gateway, string prefix, TimeSpan checkInterval) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private HttpResponseMessage? _response; // null if no stream is open
    private Uri? _endpoint;
    private StreamReader? _reader;
    private Task<string?>? _line; // the line that is being read: a wait that is over does not end the read

    /// <summary>Waits until keys have changed since a revision, and not longer than the check interval.</summary>
    /// <param name="revision">Revision at which the caller has read the keys.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>True if an event has reported a change. False if the caller has to look itself.</returns>
    public async Task<bool> WaitAsync(ulong revision, CancellationToken cancellation)
    {
        bool isNew = false;
        try
        {
            if (_endpoint != gateway.Current)
            {
                await CloseAsync();
                isNew = true;
                await OpenAsync(revision + 1, cancellation);
            }
            long start = Stopwatch.GetTimestamp();
            while (true)
            {
                var rest = checkInterval - Stopwatch.GetElapsedTime(start);
                _line ??= _reader!.ReadLineAsync(CancellationToken.None).AsTask();
                string? line = await _line.WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellation);
                _line = null;
                if (IsNews(line, revision))
                    return true;
                isNew = false;
            }
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            await CloseAsync();
            if (isNew)
                await Task.Delay(_pause, cancellation);
            return false;
        }
    }

    /// <summary>Closes the stream. The next wait opens another one.</summary>
    public async ValueTask CloseAsync()
    {
        _response?.Dispose(); // ends the read
        if (_line is { } line)
            await ((Task)line).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reader?.Dispose();
        (_response, _endpoint, _reader, _line) = (null, null, null, null);
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task OpenAsync(ulong revision, CancellationToken cancellation)
    {
        (_response, _endpoint) = await gateway.OpenAsync("watch", EtcdRequests.WatchOf(prefix, revision), cancellation);
        _reader = new StreamReader(await _response.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
    }

    /// <summary>Returns true if an element of the stream reports a change after a revision.</summary>
    /// <exception cref="IOException">The stream has ended, or etcd has ended the watch, such as after a compaction.</exception>
    private static bool IsNews(string? line, ulong revision)
    {
        if (line is null)
            throw new EndOfStreamException("the watch has ended");
        using var document = JsonDocument.Parse(line);
        if (EtcdErrorException.Of(document.RootElement) is { } error)
            throw error;
        var result = document.RootElement.GetProperty("result");
        if (result.TryGetProperty("canceled", out _))
            throw new EndOfStreamException("etcd has ended the watch");
        return result.TryGetProperty("events", out _) && EtcdAnswer.RevisionOf(result) > revision;
    }
}
