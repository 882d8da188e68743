namespace Amqp.Server.Telemetry;

/// <summary>Sees every request to a collector and logs when it begins to fail, and when it works again: OpenTelemetry says neither.</summary>
/// <remarks>Thread-safe. A collector that refuses over gRPC does so in a trailer, which is not looked at.</remarks>
internal sealed class ExportWatch(Uri endpoint, ILogger logger) : DelegatingHandler(new SocketsHttpHandler())
{
    private int _isFailing;

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Seen(base.Send(request, cancellationToken));
        }
        catch (Exception exception) when (NoteFailure(exception.Message))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Seen(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception exception) when (NoteFailure(exception.Message))
        {
            throw;
        }
    }

    private HttpResponseMessage Seen(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            NoteFailure($"it answers {(int)response.StatusCode}");
        else if (Interlocked.Exchange(ref _isFailing, 0) == 1)
            logger.SendsAgain(endpoint);
        return response;
    }

    /// <returns>False, so that as a filter it lets the exception pass.</returns>
    private bool NoteFailure(string reason)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
            logger.CannotSend(endpoint, reason);
        return false;
    }
}
