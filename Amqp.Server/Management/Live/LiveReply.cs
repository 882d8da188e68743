using System.Diagnostics;
using Amqp.Server.Management.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Management.Live;

/// <summary>
/// A live stream. Each second, its feeds write what has changed. The stream ends with the client's connection, with the user's login, and
/// when the broker stops.
/// </summary>
/// <remarks>
/// The next message is made only when the client has received the last one, so a slow client costs no memory. If it stalls for long,
/// Kestrel closes the connection.
/// </remarks>
/// <param name="request">The request for the stream.</param>
/// <param name="streams">Limits the number of streams.</param>
/// <param name="feeds">The topics of the stream, each with the access that it needs.</param>
internal sealed class LiveReply(ApiRequest request, LiveStreams streams, IReadOnlyList<(Access Access, ILiveFeed Feed)> feeds) : ApiReply
{
    /// <summary>A quiet stream sends a comment at this interval, so that proxies do not close it.</summary>
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(15);

    /// <summary>A client that takes longer than this to receive a message has missed changes.</summary>
    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(2);

    /// <summary>Streams wake up at different times after the full second: none at once, and only one takes the snapshot.</summary>
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(4);
    private const int Places = 32;

    private static int _lastPlace;

    private readonly TimeSpan _delay = _firstDelay * (1 + (uint)Interlocked.Increment(ref _lastPlace) % Places);

    public override async Task SendAsync(HttpContext http)
    {
        using var place = streams.Take();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-transform";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would otherwise collect events
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await PushAsync(http, ended.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && ended.IsCancellationRequested)
        {
            // The client has left, or the broker stops.
        }
    }

    private async Task PushAsync(HttpContext http, CancellationToken ended)
    {
        var watch = new LoginWatch(request.Services, http, request.User);
        using var output = new LiveOutput();
        long sentAt = 0;
        bool isBehind = false;
        while (watch.Current is { } user)
        {
            using (var current = new ApiRequest(http, request.Services, user))
            {
                foreach (var (access, feed) in feeds)
                    if (user.Has(access))
                        feed.Write(new LivePush(current, output, isBehind));
            }
            if (output.Written.IsEmpty && Stopwatch.GetElapsedTime(sentAt) >= _quiet)
                output.AddComment();
            if (!output.Written.IsEmpty)
            {
                sentAt = Stopwatch.GetTimestamp();
                await http.Response.Body.WriteAsync(output.Written, ended);
                await http.Response.Body.FlushAsync(ended);
                isBehind = Stopwatch.GetElapsedTime(sentAt) > _slow;
                output.Clear();
            }
            await Task.Delay(request.Services.Snapshots.UntilNext + _delay, ended);
        }
    }
}
