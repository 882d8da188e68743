using System.Net.Mime;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;
using Amqp.Storage.Messages;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Resources;

/// <summary><c>/api/queues/vhost/name/messages/ID</c>: one message of a queue, and its payload as a file. Takes no message.</summary>
/// <remarks>
/// A ready message is looked for near the position in the query, because a look at all messages of a deep queue would take long. An
/// unacknowledged message is always found.
/// </remarks>
internal static class SingleMessage
{
    /// <summary>A message is found if it is at most this many positions nearer to the front than its position in the query.</summary>
    private const int Near = 10_000;

    /// <summary>Describes a message. The query has the optional fields <c>position</c>, <c>truncate</c> and <c>encoding</c>.</summary>
    public static ApiReply Describe(ApiRequest request, Queue queue)
    {
        var query = new PeekQuery(request);
        var (position, message) = Find(request, queue, query.Truncate);
        return ApiReply.Json(json => MessageView.WriteReady(json, queue, message, position, query.IsTextWanted));
    }

    /// <summary>Sends the payload as a file, which a browser saves and does not show.</summary>
    public static ApiReply Download(ApiRequest request, Queue queue)
    {
        var (_, message) = Find(request, queue, int.MaxValue);
        if (message.Content is not { } content)
            throw new ApiException(
                StatusCodes.Status503ServiceUnavailable, "service_unavailable",
                $"message {message.Place} cannot be read: {message.Unreadable}");
        return new FileReply($"{queue.Name}-{message.Place}{ExtensionOf(content.Properties.ContentType)}", message.Body);
    }

    /// <returns>The message, and its position; null if it is unacknowledged.</returns>
    /// <exception cref="ApiException">404: the message is neither unacknowledged, nor ready near its position.</exception>
    private static (long? Position, PeekedMessage Message) Find(ApiRequest request, Queue queue, int most)
    {
        var place = MessagePath.Read(request);
        long position = request.QueryNumber("position", 0, 0, long.MaxValue - Near);
        return FindReady(queue, place, Math.Max(0, position - Near), most)
            ?? FindUnacknowledged(request, queue, place, most)
            ?? throw ApiException.NotFound();
    }

    private static (long?, PeekedMessage)? FindReady(Queue queue, MessagePlace place, long first, int most)
    {
        using var excerpt = queue.Status.Excerpt(first, 2 * Near);
        for (long position = first; PeekEndpoints.MoveNext(queue, excerpt.MoveNext); position++)
            if (excerpt.Place == place)
                return (position, excerpt.Peek(Math.Min(most, excerpt.Message.Length))!);
        return null;
    }

    private static (long?, PeekedMessage)? FindUnacknowledged(ApiRequest request, Queue queue, MessagePlace place, int most)
    {
        foreach (var session in PeekEndpoints.SessionsIn(request))
        {
            long skip = 0;
            using var excerpt = session.Deliveries.Excerpt(queue, ref skip, int.MaxValue);
            while (excerpt is not null && PeekEndpoints.MoveNext(queue, excerpt.MoveNext))
                if (excerpt.Place == place)
                    return (null, excerpt.Peek(Math.Min(most, excerpt.Delivery.Message.Length)));
        }
        return null;
    }

    private static string ExtensionOf(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        MediaTypeNames.Application.Json => ".json",
        MediaTypeNames.Application.Xml or MediaTypeNames.Text.Xml => ".xml",
        MediaTypeNames.Text.Csv => ".csv",
        MediaTypeNames.Text.Plain => ".txt",
        _ => ".bin",
    };

    /// <summary>A file. Its content comes from clients, so a browser must never show it as a page of the broker.</summary>
    private sealed class FileReply(string name, byte[] content) : ApiReply
    {
        public override async Task SendAsync(HttpContext http)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(name); // encodes a name that is not plain ASCII
            var headers = http.Response.Headers;
            headers.ContentDisposition = disposition.ToString();
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            headers.CacheControl = "no-store";
            http.Response.ContentType = MediaTypeNames.Application.Octet;
            http.Response.ContentLength = content.Length;
            await http.Response.Body.WriteAsync(content);
        }
    }
}
