using Amqp.Server.Broker.Graphs;
using Amqp.Server.Broker.Names;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resource <c>/api/graph/vhost</c>: exchanges and queues, with the ways of messages between them. RabbitMQ does not have this
/// resource.
/// </summary>
internal static class GraphEndpoints
{
    private const int UsualDepth = 3, MostDepth = 20, UsualNodes = 60, FewestNodes = 2, MostNodes = 1_000;

    public static ManagementApi MapGraph(this ManagementApi api) => api
        .Get("/graph/{vhost}", Access.VirtualHostView, request =>
        {
            int depth = (int)request.QueryNumber("depth", UsualDepth, 0, MostDepth);
            int limit = (int)request.QueryNumber("limit", UsualNodes, FewestNodes, MostNodes);
            var search = new GraphSearch(request.VirtualHost, request.Broker.Sampler.Times);
            var graph = request.Query("root") is { Length: > 0 } root
                ? search.Around(Find(request, root), depth, limit)
                : search.Whole(limit);
            return ApiReply.Json(json => GraphView.Write(json, graph));
        });

    /// <exception cref="ApiException">400: the text names no kind of object. 404: the object does not exist.</exception>
    private static IBindingDestination Find(ApiRequest request, string root)
    {
        int colon = root.IndexOf(':', StringComparison.Ordinal);
        string name = root[(colon + 1)..];
        IBindingDestination? found = (colon < 0 ? "" : root[..colon]) switch
        {
            "exchange" => request.VirtualHost.FindExchange(ExchangeEndpoints.NameOf(name)),
            "queue" => request.VirtualHost.FindQueue(name),
            _ => throw ApiException.BadRequest($"root: '{root}' is neither exchange:NAME nor queue:NAME"),
        };
        return found ?? throw ApiException.NotFound();
    }
}
