using System.Text.Json;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary><c>/api/queues/vhost/name/messages/...</c>: starts jobs that move, copy or delete messages of a queue.</summary>
internal static class MessageJobs
{
    private static readonly string[] _fields = ["filter", "limit", "dry_run", "destination_queue", "destination_exchange", "routing_key"];

    private static readonly string[] _deleteFields = ["filter", "limit", "dry_run"];

    private static readonly string[] _replayFields = ["filter", "limit", "dry_run", "destination_exchange"];

    /// <summary>Starts a move or a copy. The reply is the job, with status 202.</summary>
    public static ApiReply Start(ApiRequest request, JobKind kind)
    {
        DemandKnown(request, _fields);
        var choose = ReadDestination(request);
        return Start(request, kind, choose);
    }

    /// <summary>Starts a replay of dead letters. The reply is the job, with status 202.</summary>
    public static ApiReply Replay(ApiRequest request)
    {
        DemandKnown(request, _replayFields);
        string? exchange = Name(request, "destination_exchange");
        string source = request.Name("queue");
        return Start(
            request,
            JobKind.Replay,
            session => new ReplayDestination(session, source, exchange is null ? null : ExchangeEndpoints.NameOf(exchange)));
    }

    /// <summary>Starts a deletion. The reply is the job, with status 202.</summary>
    public static ApiReply Delete(ApiRequest request)
    {
        DemandKnown(request, _deleteFields);
        return Start(request, JobKind.Delete, (session, source, filter) =>
        {
            var removal = new MessageRemoval(session, source, filter);
            return (null, removal.RunAsync, removal);
        });
    }

    private static ApiReply Start(ApiRequest request, JobKind kind, Func<BrokerSession, MessageDestination> choose) =>
        Start(request, kind, (session, source, filter) =>
        {
            var transfer = new MessageTransfer(session, request.Broker.Sessions, source, choose, filter);
            return (transfer.Target, transfer.RunAsync, transfer);
        });

    /// <summary>Starts a job. The function returns its target, the work, and the object that owns the session.</summary>
    private static ApiReply Start(
        ApiRequest request,
        JobKind kind,
        Func<LocalSession, string, MessageFilter, (string? Target, Func<Job, Task> Run, IDisposable Owner)> prepare)
    {
        var host = request.VirtualHost;
        string source = ApiRequest.DemandShort(request.Name("queue"), "queue");
        var filter = ReadFilter(request);
        long? limit = ReadLimit(request);
        bool isDryRun = request.Flag("dry_run");
        var session = request.OpenSession();
        IDisposable owner = session;
        try
        {
            (string? target, var run, owner) = prepare(session, source, filter);
            var plan = new JobPlan(kind, host.Name, request.User.Name, source, target, filter.Texts, limit, isDryRun);
            var job = request.Broker.Jobs.Start(plan, run);
            return ApiReply.Json(json => JobView.Write(json, job), StatusCodes.Status202Accepted);
        }
        catch (BrokerException error)
        {
            owner.Dispose();
            throw Refused(error);
        }
    }

    /// <summary>Returns the reply to a request that the broker refuses. If a permission is missing, the reply names it.</summary>
    public static Exception Refused(BrokerException error) =>
        error.Error == BrokerError.Refused ? ApiException.NotAuthorized(error.Message) : error;

    /// <summary>Throws if the body has a field that the request does not know: a misspelt <c>dry_run</c> must not move messages.</summary>
    private static void DemandKnown(ApiRequest request, string[] known)
    {
        foreach (var field in request.Json.EnumerateObject())
            if (!known.Contains(field.Name))
                throw ApiException.BadRequest($"unknown field '{field.Name}'; there are {string.Join(", ", known)}");
    }

    private static Func<BrokerSession, MessageDestination> ReadDestination(ApiRequest request)
    {
        string? queue = Name(request, "destination_queue"), exchange = Name(request, "destination_exchange");
        string? routingKey = Name(request, "routing_key");
        if (queue is null == exchange is null)
            throw ApiException.BadRequest("one of the fields destination_queue and destination_exchange is required");
        if (queue is null)
            return session => new ExchangeDestination(session, ExchangeEndpoints.NameOf(exchange!), routingKey);
        return routingKey is null
            ? session => new QueueDestination(session, queue)
            : throw ApiException.BadRequest("routing_key is only for a destination_exchange");
    }

    private static string? Name(ApiRequest request, string field) =>
        request.Json.TryGetProperty(field, out _) ? ApiRequest.DemandShort(request.Text(field), field) : null;

    private static MessageFilter ReadFilter(ApiRequest request)
    {
        if (!request.Json.TryGetProperty("filter", out var given) || given.ValueKind == JsonValueKind.Null)
            return new MessageFilter([]);
        if (given.ValueKind != JsonValueKind.Array || given.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw ApiException.BadRequest("filter is not an array of strings");
        return ReadFilter([.. given.EnumerateArray().Select(item => item.GetString()!)]);
    }

    /// <exception cref="ApiException">400: a condition is not valid.</exception>
    public static MessageFilter ReadFilter(IReadOnlyList<string> conditions)
    {
        try
        {
            return new MessageFilter(conditions);
        }
        catch (FormatException error)
        {
            throw ApiException.BadRequest($"filter: {error.Message}");
        }
    }

    private static long? ReadLimit(ApiRequest request)
    {
        if (!request.Json.TryGetProperty("limit", out var given) || given.ValueKind == JsonValueKind.Null)
            return null;
        long limit = request.Number("limit");
        return limit > 0 ? limit : throw ApiException.BadRequest("limit is not a positive number");
    }
}
