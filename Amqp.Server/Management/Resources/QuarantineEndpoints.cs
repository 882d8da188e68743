using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;
using Amqp.Storage.Messages;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources for quarantined messages, which the broker could not handle. RabbitMQ does not have these resources.</summary>
/// <remarks>
/// For a queue, every request requires the permission to read. For an exchange, a GET requires the permission to read, and any other
/// request requires the permission to configure.
/// </remarks>
internal static class QuarantineEndpoints
{
    public static ManagementApi MapQuarantine(this ManagementApi api) => api
        .MapQuarantine("/queues/{vhost}/{queue}/quarantine", OfQueue)
        .MapQuarantine("/exchanges/{vhost}/{exchange}/quarantine", OfExchange);

    private static ManagementApi MapQuarantine(this ManagementApi api, string path, Func<ApiRequest, bool, IQuarantineOwner?> find) => api
        .Get(path, Access.VirtualHost, request => List(find(request, false)))
        .Delete(path, Access.VirtualHost, request =>
            ApplyToAll(find(request, true), "dropped", (owner, message) => owner.DropQuarantined(message)))
        .Post($"{path}/return", Access.VirtualHost, request => ReturnAll(find(request, true)))
        .Get($"{path}/{{message}}", Access.VirtualHost, request => Export(find(request, false), MessagePath.Read(request)))
        .Delete($"{path}/{{message}}", Access.VirtualHost, request =>
            Do(find(request, true), MessagePath.Read(request), (owner, message) => owner.DropQuarantined(message)))
        .Post($"{path}/{{message}}/return", Access.VirtualHost, request => Return(find(request, true), MessagePath.Read(request)));

    private static IQuarantineOwner OfQueue(ApiRequest request, bool isChange)
    {
        var host = request.VirtualHost;
        var queue = host.FindQueue(request.Name("queue")) ?? throw ApiException.NotFound();
        Demand(request, AccessKind.Read, queue.Name);
        queue.DemandAccess(request); // throws if the queue is exclusive to another connection
        return queue.Faults;
    }

    /// <returns>Null if the exchange does not delay messages. Such an exchange has no quarantine.</returns>
    private static IQuarantineOwner? OfExchange(ApiRequest request, bool isChange)
    {
        string name = request.Name("exchange");
        var exchange = request.VirtualHost.FindExchange(ExchangeEndpoints.NameOf(name)) ?? throw ApiException.NotFound();
        Demand(request, isChange ? AccessKind.Configure : AccessKind.Read, name);
        return (exchange.Keeper as DelayedMessageRouter)?.Delayed.Quarantine;
    }

    /// <exception cref="ApiException">401: the user does not have the permission. Administrators need the permission too.</exception>
    private static void Demand(ApiRequest request, AccessKind kind, string name)
    {
        if (!request.Broker.Permissions.Allows(request.VirtualHost.Name, request.User.Name, kind, name))
            throw ApiException.NotAuthorized("Access refused.");
    }

    private static ListReply<QuarantinedMessage> List(IQuarantineOwner? owner) => new(
        owner?.Quarantined ?? [], message => message.Place.ToString(),
        (json, message) => QuarantineView.Write(json, message, QuarantinedContent.Read(owner!, message, withBody: false)));

    private static ApiReply Export(IQuarantineOwner? owner, MessagePlace place)
    {
        var message = owner?.Quarantined.FirstOrDefault(each => each.Place == place) ?? throw ApiException.NotFound();
        var content = QuarantinedContent.Read(owner, message, withBody: true);
        return ApiReply.Json(json => QuarantineView.Write(json, message, content));
    }

    private static ApiReply Return(IQuarantineOwner? owner, MessagePlace place)
    {
        var round = new DispatchRound();
        var reply = Do(owner, place, (from, message) => from.ReturnQuarantined(message, round));
        round.Complete();
        return reply;
    }

    private static ApiReply ReturnAll(IQuarantineOwner? owner)
    {
        var round = new DispatchRound();
        var reply = ApplyToAll(owner, "returned", (from, message) => from.ReturnQuarantined(message, round));
        round.Complete();
        return reply;
    }

    private static ApiReply Do(IQuarantineOwner? owner, MessagePlace place, Func<IQuarantineOwner, MessagePlace, bool> work) =>
        owner is not null && Try(owner, place, work) ? ApiReply.NoContent : throw ApiException.NotFound();

    /// <summary>
    /// Applies an action to each message that is in quarantine now. In the reply, <c>refused</c> is the number of messages for which the
    /// action failed.
    /// </summary>
    private static ApiReply ApplyToAll(IQuarantineOwner? owner, string what, Func<IQuarantineOwner, MessagePlace, bool> work)
    {
        int done = 0, refused = 0;
        foreach (var message in owner?.Quarantined ?? [])
        {
            try
            {
                done += Try(owner!, message.Place, work) ? 1 : 0;
            }
            catch (Exception error) when (error is ApiException or BrokerException)
            {
                refused++;
            }
        }
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber(what, done);
            json.WriteNumber("refused", refused);
            json.WriteEndObject();
        });
    }

    /// <exception cref="ApiException">503: the content of the message cannot be read from the disk now.</exception>
    /// <exception cref="BrokerException">406: a delayed message cannot be returned, because its due time is unreadable.</exception>
    private static bool Try(IQuarantineOwner owner, MessagePlace place, Func<IQuarantineOwner, MessagePlace, bool> work)
    {
        try
        {
            return work(owner, place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ApiException(
                StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"message {place} cannot be read from the disk now");
        }
    }
}
