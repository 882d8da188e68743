using Amqp.Server.Broker.Diagnosis;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/queues</c>.</summary>
internal static class QueueEndpoints
{
    public static ManagementApi MapQueues(this ManagementApi api) => api
        .Get("/queues", Access.Management, request => SnapshotReply.Or(
            request, ListKinds.Queues, () => List(request, request.VisibleHosts)))
        .Get("/queues/detailed", Access.Management, request => List(request, request.VisibleHosts))
        .Get("/queues/{vhost}", Access.VirtualHostView, request =>
        {
            var host = request.VirtualHost;
            return SnapshotReply.Or(request, ListKinds.Queues, () => List(request, [host]));
        })
        .Get("/queues/{vhost}/{queue}", Access.VirtualHostView, request =>
        {
            var queue = Demand(request);
            var query = new SampleQuery(request);
            return ApiReply.Json(
                json => QueueView.WriteDetails(json, queue, request.VirtualHost.Policies, request.Services.Connections, query));
        })
        .Put("/queues/{vhost}/{queue}", Access.VirtualHost, Put)
        .Delete("/queues/{vhost}/{queue}", Access.VirtualHost, Delete)
        .Put("/queues/{vhost}/{queue}/restart", Access.Administrator, Restart)
        .Delete("/queues/{vhost}/{queue}/contents", Access.VirtualHost, Purge)
        .Post("/queues/{vhost}/{queue}/get", Access.VirtualHost, QueueMessages.Get)
        .Post("/queues/{vhost}/{queue}/messages/move", Access.VirtualHost, request => MessageJobs.Start(request, JobKind.Move))
        .Post("/queues/{vhost}/{queue}/messages/copy", Access.VirtualHost, request => MessageJobs.Start(request, JobKind.Copy))
        .Post("/queues/{vhost}/{queue}/messages/replay", Access.VirtualHost, MessageJobs.Replay)
        .Post("/queues/{vhost}/{queue}/messages/delete", Access.VirtualHost, MessageJobs.Delete)
        .Get("/queues/{vhost}/{queue}/messages/export", Access.VirtualHost, MessageFiles.Export)
        .PostStream("/queues/{vhost}/{queue}/messages/import", Access.VirtualHost, MessageFiles.ImportAsync)
        .Post("/queues/{vhost}/{queue}/actions", Access.Administrator, Act)
        .Get("/queues/{vhost}/{queue}/why", Access.VirtualHostView, Explain)
        .Get("/queues/{vhost}/{queue}/arguments", Access.VirtualHostView, ExplainArguments)
        .Get("/queues/{vhost}/{queue}/bindings", Access.VirtualHostView, request =>
            BindingEndpoints.List(BindingEndpoints.ToQueue(request.VirtualHost, request.Name("queue"))));

    private static ListReply<(VirtualHost Host, Queue Queue)> List(ApiRequest request, IEnumerable<VirtualHost> hosts)
    {
        var query = new SampleQuery(request);
        return new(
            hosts.SelectMany(host => host.Queues.OrderBy(queue => queue.Name, StringComparer.Ordinal).Select(queue => (host, queue))),
            listed => listed.Queue.Name,
            (json, listed) => QueueView.Write(json, listed.Queue, listed.Host.Policies, query),
            field => SortFields.OfQueue(field, query) is { } read ? listed => read(listed.Queue) : null);
    }

    private static Queue Demand(ApiRequest request) =>
        request.VirtualHost.FindQueue(request.Name("queue")) ?? throw ApiException.NotFound();

    private static ApiReply Put(ApiRequest request)
    {
        var host = request.VirtualHost;
        string name = ApiRequest.DemandShort(request.Name("queue"), "queue");
        bool durable = request.Flag("durable"), autoDelete = request.Flag("auto_delete");
        var arguments = request.Table("arguments");
        string node = request.Text("node", ManagementServices.NodeName);
        if (node != ManagementServices.NodeName)
            throw ApiException.BadRequest($"Node {node} could not be contacted");
        bool isNew = host.FindQueue(name) is null;
        var flags = (durable ? QueueFlags.Durable : 0) | (autoDelete ? QueueFlags.AutoDelete : 0);
        using var session = request.OpenSession();
        session.Do(asked =>
        {
            string cleaned = ReservedNames.Clean(name);
            if (!asked.Topology.IsReplyTo(cleaned))
                asked.Topology.DeclareQueue(cleaned, flags, arguments);
        });
        return ApiReply.Put(isNew);
    }

    private static ApiReply Delete(ApiRequest request)
    {
        string name = Demand(request).Name;
        using var session = request.OpenSession();
        session.DeleteQueue(name, request.Query("if-unused") == "true", request.Query("if-empty") == "true");
        return ApiReply.NoContent;
    }

    private static ApiReply Purge(ApiRequest request)
    {
        string name = Demand(request).Name;
        using var session = request.OpenSession();
        session.Do(asked => asked.Topology.Purge(name));
        return ApiReply.NoContent;
    }

    /// <summary>Explains why a queue delivers nothing, or not to all its consumers.</summary>
    private static ApiReply Explain(ApiRequest request)
    {
        var (queue, host) = (Demand(request), request.VirtualHost);
        var sessions = request.Services.Connections.All
            .SelectMany(connection => connection.Sessions)
            .Where(session => session.Client.VirtualHost == host);
        var explanation = new QueueExplainer(queue, sessions, request.Broker.Alarms).Explain(request.Broker.Sampler.Times);
        return ApiReply.Json(json => QueueExplanationView.Write(json, queue, explanation));
    }

    /// <summary>Explains which values of arguments and policies apply to a queue.</summary>
    private static ApiReply ExplainArguments(ApiRequest request)
    {
        var (queue, policies) = (Demand(request), request.VirtualHost.Policies);
        return ApiReply.Array(
            EffectiveArgument.Of(
                queue.Declaration.Arguments, policies.Match(PolicyKind.User, queue), policies.Match(PolicyKind.Operator, queue)),
            EffectiveArgumentView.Write);
    }

    /// <summary>Restarts a queue if it has crashed; otherwise does nothing.</summary>
    private static ApiReply Restart(ApiRequest request)
    {
        var round = new DispatchRound();
        Demand(request).Faults.Restart(round);
        round.Complete();
        return ApiReply.NoContent;
    }

    /// <summary>Accepts RabbitMQ's actions for mirrors, but does nothing, because this broker has no mirrors.</summary>
    private static ApiReply Act(ApiRequest request)
    {
        Demand(request);
        request.DemandFields("action");
        string action = request.Text("action");
        return action is "sync" or "cancel_sync" ? ApiReply.NoContent : throw ApiException.BadRequest("unknown", action);
    }
}
