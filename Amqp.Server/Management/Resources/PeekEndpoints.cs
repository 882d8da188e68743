using System.Text;
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
    /// <summary>Number of messages, and their stored bytes, after which a search ends.</summary>
    private const int MaxSearched = 10_000;
    private const long MaxSearchedBytes = 64 << 20;

    public static ManagementApi MapPeek(this ManagementApi api) => api
        .Get("/queues/{vhost}/{queue}/messages", Access.VirtualHost, request => Peek(request, Demand(request)))
        .Get("/queues/{vhost}/{queue}/messages/unacked", Access.VirtualHost, request => PeekUnacknowledged(request, Demand(request)))
        .Get("/queues/{vhost}/{queue}/messages/{message}", Access.VirtualHost, request => SingleMessage.Describe(request, Demand(request)))
        .Get("/queues/{vhost}/{queue}/messages/{message}/payload", Access.VirtualHost, request =>
            SingleMessage.Download(request, Demand(request)));

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
        var query = new PeekQuery(request);
        byte[] text = Encoding.UTF8.GetBytes(request.Query("search") ?? "");
        long ready = queue.Counts.Ready;
        var found = new List<(long Position, PeekedMessage Message)>();
        long scanned = 0, bytes = 0, searchedBytes = 0;
        using (var excerpt = queue.Status.Excerpt(query.Offset, text.Length > 0 ? MaxSearched : query.Limit))
        {
            while (found.Count < query.Limit
                && bytes < PeekQuery.MaxReply
                && searchedBytes < MaxSearchedBytes
                && MoveNext(queue, excerpt.MoveNext))
            {
                if (excerpt.Peek(query.Truncate, text) is { } message)
                {
                    found.Add((query.Offset + scanned, message));
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
            json.WriteNumber("offset", query.Offset);
            json.WriteNumber("scanned", scanned);
            PeekQuery.WriteNext(json, query.Offset + scanned < ready && scanned > 0 ? query.Offset + scanned : null);
            json.WriteStartArray("messages");
            foreach (var (position, message) in found)
                MessageView.WriteReady(json, queue, message, position, query.IsTextWanted);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static ApiReply PeekUnacknowledged(ApiRequest request, Queue queue)
    {
        var query = new PeekQuery(request);
        var found = new List<(BrokerSession Session, Delivery Delivery, long? Age, PeekedMessage Message)>();
        long skip = query.Offset, bytes = 0;
        foreach (var session in SessionsIn(request)
            .OrderBy(session => session.Client.Origin.ConnectionName, StringComparer.Ordinal)
            .ThenBy(session => session.Number))
        {
            if (found.Count == query.Limit || bytes >= PeekQuery.MaxReply)
                break;
            using var excerpt = session.Deliveries.Excerpt(queue, ref skip, query.Limit - found.Count);
            while (excerpt is not null && bytes < PeekQuery.MaxReply && MoveNext(queue, excerpt.MoveNext))
            {
                var message = excerpt.Peek(query.Truncate);
                found.Add((session, excerpt.Delivery, excerpt.Age, message));
                bytes += message.Body.Length;
            }
        }
        long unacknowledged = queue.Counts.Unacknowledged;
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("messages_unacknowledged", unacknowledged);
            json.WriteNumber("offset", query.Offset);
            bool isCut = found.Count == query.Limit || bytes >= PeekQuery.MaxReply;
            PeekQuery.WriteNext(json, isCut ? query.Offset + found.Count : null);
            json.WriteStartArray("messages");
            foreach (var (session, delivery, age, message) in found)
                MessageView.WriteUnacknowledged(json, session, delivery, age, message, query.IsTextWanted);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Returns the sessions in the virtual host that the URL names.</summary>
    public static IEnumerable<BrokerSession> SessionsIn(ApiRequest request)
    {
        var host = request.VirtualHost;
        return request.Services.Connections.All
            .SelectMany(connection => connection.Sessions)
            .Where(session => session.Client.VirtualHost == host);
    }

    /// <exception cref="ApiException">503: the queue cannot be read from the disk now.</exception>
    public static bool MoveNext(Queue queue, Func<bool> moveNext)
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
}
