namespace Amqp.Server.Telemetry;

/// <summary>Observes every request to a collector of OpenTelemetry. Logs when requests begin to fail and when they succeed again.</summary>
/// <remarks>Thread-safe. Refusals over gRPC are not logged, because their status is in trailers.</remarks>
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
            NoteFailure($"the collector answers {(int)response.StatusCode}");
        else if (Interlocked.Exchange(ref _isFailing, 0) == 1)
            logger.SendsAgain(endpoint);
        return response;
    }

    /// <returns>Always false, so that an exception filter can call this method and does not catch the exception.</returns>
    private bool NoteFailure(string reason)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
            logger.CannotSend(endpoint, reason);
        return false;
    }
}
