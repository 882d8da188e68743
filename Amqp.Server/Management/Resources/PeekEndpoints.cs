using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources that show the messages of a queue without taking them. RabbitMQ does not have these resources.</summary>
/// <remarks>The user needs the permission to read the queue, as for a get.</remarks>
internal static class PeekEndpoints
{
    /// <summary>Maximum and default number of messages in a reply.</summary>
    private const int MaxMessages = 1_000, UsualMessages = 50;

    /// <summary>Maximum and default number of bytes of each payload in a reply.</summary>
    private const int MaxTruncate = 1 << 20, UsualTruncate = 1 << 10;

    /// <summary>Bytes of payloads after which a reply ends.</summary>
    private const long MaxReply = 8 << 20;

    /// <summary>Number of messages, and their stored bytes, after which a search ends.</summary>
    private const int MaxSearched = 10_000;
    private const long MaxSearchedBytes = 64 << 20;

    public static ManagementApi MapPeek(this ManagementApi api) => api
        .Get("/queues/{vhost}/{queue}/messages", Access.VirtualHost, request => Peek(request, Demand(request)))
        .Get("/queues/{vhost}/{queue}/messages/unacked", Access.VirtualHost, request => PeekUnacknowledged(request, Demand(request)));

    /// <exception cref="ApiException">
    /// 404: the queue does not exist. 401: the user may not read it. Administrators need the permission too.
    /// </exception>
    private static Queue Demand(ApiRequest request)
    {
        var queue = request.VirtualHost.FindQueue(request.Name("queue")) ?? throw ApiException.NotFound();
        if (!request.Broker.Permissions.Allows(request.VirtualHost.Name, request.User.Name, AccessKind.Read, queue.Name))
            throw ApiException.NotAuthorized("Access refused.");
        queue.DemandAccess(request); // throws if the queue is exclusive to a connection
        return queue;
    }

    private static ApiReply Peek(ApiRequest request, Queue queue)
    {
        var (offset, limit, truncate, isTextWanted) = Page(request);
        byte[] text = Encoding.UTF8.GetBytes(request.Query("search") ?? "");
        long ready = queue.Counts.Ready;
        var found = new List<(long Position, PeekedMessage Message)>();
        long scanned = 0, bytes = 0, searchedBytes = 0;
        using (var excerpt = queue.Status.Excerpt(offset, text.Length > 0 ? MaxSearched : limit))
        {
            while (found.Count < limit && bytes < MaxReply && searchedBytes < MaxSearchedBytes && MoveNext(queue, excerpt.MoveNext))
            {
                if (excerpt.Peek(truncate, text) is { } message)
                {
                    found.Add((offset + scanned, message));
                    bytes += message.Body.Length;
                }
                searchedBytes += text.Length > 0 ? Math.Min(excerpt.Message.Length, QueueExcerpt.SearchedBytes) : 0;
                scanned++;
            }
        }
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("messages_ready", ready);
            json.WriteNumber("offset", offset);
            json.WriteNumber("scanned", scanned);
            WriteNext(json, offset + scanned < ready && scanned > 0 ? offset + scanned : null);
            json.WriteStartArray("messages");
            foreach (var (position, message) in found)
                MessageView.WriteReady(json, queue, message, position, isTextWanted);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static ApiReply PeekUnacknowledged(ApiRequest request, Queue queue)
    {
        var (offset, limit, truncate, isTextWanted) = Page(request);
        var found = new List<(BrokerSession Session, Delivery Delivery, long? Age, PeekedMessage Message)>();
        long skip = offset, bytes = 0;
        foreach (var session in request.Services.Connections.All
            .SelectMany(connection => connection.Sessions)
            .Where(session => session.Client.VirtualHost == request.VirtualHost)
            .OrderBy(session => session.Client.Origin.ConnectionName, StringComparer.Ordinal)
            .ThenBy(session => session.Number))
        {
            if (found.Count == limit || bytes >= MaxReply)
                break;
            using var excerpt = session.Deliveries.Excerpt(queue, ref skip, limit - found.Count);
            while (excerpt is not null && bytes < MaxReply && MoveNext(queue, excerpt.MoveNext))
            {
                var message = excerpt.Peek(truncate);
                found.Add((session, excerpt.Delivery, excerpt.Age, message));
                bytes += message.Body.Length;
            }
        }
        long unacknowledged = queue.Counts.Unacknowledged;
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("messages_unacknowledged", unacknowledged);
            json.WriteNumber("offset", offset);
            WriteNext(json, found.Count > 0 && (found.Count == limit || bytes >= MaxReply) ? offset + found.Count : null);
            json.WriteStartArray("messages");
            foreach (var (session, delivery, age, message) in found)
                MessageView.WriteUnacknowledged(json, session, delivery, age, message, isTextWanted);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static (long Offset, int Limit, int Truncate, bool IsTextWanted) Page(ApiRequest request) => (
        request.QueryNumber("offset", 0, 0, long.MaxValue),
        (int)request.QueryNumber("limit", UsualMessages, 1, MaxMessages),
        (int)request.QueryNumber("truncate", UsualTruncate, 0, MaxTruncate),
        PayloadView.IsTextWanted(request.Query("encoding") ?? "auto"));

    /// <exception cref="ApiException">503: the queue cannot be read from the disk now.</exception>
    private static bool MoveNext(Queue queue, Func<bool> moveNext)
    {
        try
        {
            return moveNext();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ApiException(
                StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"{queue} cannot be read from the disk now");
        }
    }

    /// <summary>Writes the offset of the next page; null if there is none.</summary>
    private static void WriteNext(Utf8JsonWriter json, long? offset)
    {
        if (offset is { } next)
            json.WriteNumber("next_offset", next);
        else
            json.WriteNull("next_offset");
    }
}
