using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/vhosts</c>.</summary>
internal static class VirtualHostEndpoints
{
    public static ManagementApi MapVirtualHosts(this ManagementApi api) => api
        .Get("/vhosts", Access.Management, request =>
        {
            var query = new SampleQuery(request);
            return new ListReply<VirtualHost>(request.VisibleHosts, host => host.Name, (json, host) => Write(json, host, query));
        })
        .Get("/vhosts/{vhost}", Access.Administrator, request =>
        {
            var host = request.VirtualHost;
            var query = new SampleQuery(request);
            return ApiReply.Json(json => Write(json, host, query));
        })
        .Put("/vhosts/{vhost}", Access.Administrator, Put)
        .Delete("/vhosts/{vhost}", Access.Administrator, Delete)
        .Post("/vhosts/{vhost}/deletion/protection", Access.Administrator, request => Protect(request, true))
        .Delete("/vhosts/{vhost}/deletion/protection", Access.Administrator, request => Protect(request, false))
        .Get("/vhosts/{vhost}/permissions", Access.Administrator, request =>
        {
            string host = request.VirtualHost.Name;
            return PermissionEndpoints.List(request.Broker.Permissions.All.Where(permission => permission.VirtualHost == host));
        })
        .Get("/vhosts/{vhost}/topic-permissions", Access.Administrator, request =>
        {
            string host = request.VirtualHost.Name;
            return PermissionEndpoints.List(request.Broker.Permissions.AllTopics.Where(permission => permission.VirtualHost == host));
        })
        .Post("/vhosts/{vhost}/start/{node}", Access.Administrator, Start);

    private static ApiReply Put(ApiRequest request)
    {
        bool? isTracing = request.Field("tracing") is null or { Type: FieldType.Void } ? null : request.Flag("tracing");
        string name = request.Name("vhost");
        var current = request.Broker.VirtualHosts.Find(name)?.Description;
        var host = request.Broker.VirtualHosts.Put(
            name,
            DefinitionReader.ReadVirtualHost(JsonFields.ReadTable(request.Json), current ?? VirtualHostDescription.None),
            request.User.Name);
        host.IsTracing = isTracing ?? host.IsTracing;
        return ApiReply.Put(current is null);
    }

    private static ApiReply Delete(ApiRequest request)
    {
        var host = request.VirtualHost;
        if (host.Description.IsProtected)
            throw new ApiException(
                StatusCodes.Status412PreconditionFailed,
                "precondition_failed",
                $"Refusing to delete virtual host '{host.Name}' because it is protected from deletion");
        return request.Broker.VirtualHosts.Delete(host.Name) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    /// <summary>Answers a request to start a virtual host. Starts nothing, because every virtual host is running.</summary>
    private static ApiReply Start(ApiRequest request)
    {
        string node = request.Name("node");
        if (node != ManagementServices.NodeName)
            throw ApiException.BadRequest($"Request to node {node} failed with nodedown");
        _ = request.VirtualHost; // throws 404 if the virtual host does not exist
        return ApiReply.NoContent;
    }

    private static ApiReply Protect(ApiRequest request, bool isProtected)
    {
        var host = request.VirtualHost;
        request.Broker.VirtualHosts.Put(host.Name, host.Description with { IsProtected = isProtected });
        return ApiReply.NoContent;
    }

    private static void Write(Utf8JsonWriter json, VirtualHost host, SampleQuery query)
    {
        json.WriteStartObject();
        json.WriteString("name", host.Name);
        DefinitionWriter.WriteFields(json, host.Description);
        json.WriteBoolean("tracing", host.IsTracing);
        json.WriteStartObject("cluster_state");
        json.WriteString(ManagementServices.NodeName, "running");
        json.WriteEndObject();
        if (!query.IsDisabled)
        {
            var counts = SampledCounts.Of([host], query);
            counts.Write(json, StatisticRows.Depth, StatisticRows.HostDepth, query.Lengths);
            counts.WriteMessageStatistics(json);
            if (!counts.IsEmpty(StatisticRows.HostTraffic, StatisticRows.Traffic.Length))
                counts.Write(json, StatisticRows.Traffic, StatisticRows.HostTraffic, query.DataRates);
        }
        json.WriteEndObject();
    }
}
