using System.Globalization;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;
using Amqp.Storage.Messages;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources for the messages that a delaying exchange holds. RabbitMQ does not have these resources.</summary>
/// <remarks>A GET requires the permission to read the exchange, and a DELETE the permission to configure it.</remarks>
internal static class DelayedEndpoints
{
    public static ManagementApi MapDelayed(this ManagementApi api) => api
        .Get("/exchanges/{vhost}/{exchange}/delayed", Access.VirtualHost, request => List(request, Demand(request, AccessKind.Read)))
        .Delete(
            "/exchanges/{vhost}/{exchange}/delayed/{message}", Access.VirtualHost,
            request => CancelAsync(request, Demand(request, AccessKind.Configure)));

    /// <exception cref="ApiException">
    /// 404: the exchange does not exist. 401: the user does not have the permission. 400: the exchange does not delay messages.
    /// </exception>
    private static WaitingList Demand(ApiRequest request, AccessKind kind)
    {
        string name = request.Name("exchange");
        var exchange = request.VirtualHost.FindExchange(ExchangeEndpoints.NameOf(name)) ?? throw ApiException.NotFound();
        if (!request.Broker.Permissions.Allows(request.VirtualHost.Name, request.User.Name, kind, name))
            throw ApiException.NotAuthorized("Access refused.");
        return exchange.Keeper is DelayedMessageRouter delaying
            ? delaying.Delayed.List
            : throw ApiException.BadRequest($"exchange '{name}' has the type {exchange.Type}, and not {DelayedMessageRouter.TypeName}");
    }

    private static ApiReply List(ApiRequest request, WaitingList list)
    {
        var query = new PeekQuery(request);
        var found = new List<(long Due, PeekedMessage Message)>();
        long bytes = 0;
        using var page = list.Page(query.Offset, query.Limit);
        while (bytes < PeekQuery.MaxReply && page.MoveNext())
        {
            var message = page.Peek(query.Truncate);
            found.Add((page.Due, message));
            bytes += message.Body.Length;
        }
        long now = request.Broker.Sampler.Now;
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("messages_delayed", page.Waiting + page.Delivering + page.Loading);
            json.WriteNumber("messages_delivering", page.Delivering);
            json.WriteNumber("messages_loading", page.Loading);
            json.WriteNumber("offset", query.Offset);
            PeekQuery.WriteNext(json, found.Count > 0 && query.Offset + found.Count < page.Waiting ? query.Offset + found.Count : null);
            json.WriteStartArray("messages");
            foreach (var (due, message) in found)
            {
                json.WriteStartObject();
                json.WriteString("id", message.Place.ToString());
                json.WriteNumber("due", due);
                json.WriteNumber("remaining", Math.Max(0, due - now));
                json.WriteBoolean("persistent", message.Entry.IsPersistent);
                MessageView.WriteContent(json, message, query.IsTextWanted);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Cancels a message. The reply is sent when the removal would survive a crash.</summary>
    private static async Task<ApiReply> CancelAsync(ApiRequest request, WaitingList list)
    {
        string id = request.Name("message");
        long position = 0;
        var result = Place(id) is { } place ? list.Cancel(place, out position) : Cancellation.NotFound;
        switch (result)
        {
            case Cancellation.Done:
                request.Broker.Store.RequestCommit(position);
                await request.Broker.Store.WaitForCommitAsync(position, request.Http.RequestAborted);
                return ApiReply.NoContent;
            case Cancellation.Delivering:
                throw ApiException.BadRequest($"message {id} is due, and is being delivered");
            case Cancellation.Loading:
                throw new ApiException(
                    StatusCodes.Status503ServiceUnavailable, "service_unavailable",
                    "the broker has just started, and is still loading delayed messages; try again");
            default:
                throw ApiException.NotFound();
        }
    }

    private static MessagePlace? Place(string id) => id.Split('-') is [var queue, var sequence]
        && uint.TryParse(queue, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out long place)
        ? new MessagePlace(number, place)
        : null;
}
