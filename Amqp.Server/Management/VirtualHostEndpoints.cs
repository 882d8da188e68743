using System.Text.Json;
using Amqp.Server.Broker;
using Amqp.Server.Broker.DefinitionFiles;

namespace Amqp.Server.Management;

/// <summary><c>/api/vhosts</c>.</summary>
internal static class VirtualHostEndpoints
{
    public static ManagementApi MapVirtualHosts(this ManagementApi api) => api
        .Get("/vhosts", Access.Management, request => new ListReply<VirtualHost>(request.VisibleHosts, host => host.Name, Write))
        .Get("/vhosts/{vhost}", Access.VirtualHost, request =>
        {
            var host = request.VirtualHost;
            return ApiReply.Json(json => Write(json, host));
        })
        .Put("/vhosts/{vhost}", Access.Administrator, Put)
        .Delete("/vhosts/{vhost}", Access.Administrator, Delete)
        .Post("/vhosts/{vhost}/deletion/protection", Access.Administrator, request => Protect(request, true))
        .Delete("/vhosts/{vhost}/deletion/protection", Access.Administrator, request => Protect(request, false))
        .Get("/vhosts/{vhost}/permissions", Access.Administrator, request => PermissionEndpoints.List(request.Broker.Permissions.All.Where(permission => permission.VirtualHost == request.VirtualHost.Name)))
        .Get("/vhosts/{vhost}/topic-permissions", Access.Administrator, request => PermissionEndpoints.List(request.Broker.Permissions.AllTopics.Where(permission => permission.VirtualHost == request.VirtualHost.Name)))
        .Post("/vhosts/{vhost}/start/{node}", Access.Administrator, request => request.VirtualHost is not null ? ApiReply.NoContent : throw ApiException.NotFound());

    private static ApiReply Put(ApiRequest request)
    {
        request.Flag("tracing"); // checked, and otherwise ignored: there is no tracing yet
        string name = request.Name("vhost");
        var current = request.Broker.VirtualHosts.Find(name)?.Description;
        request.Broker.VirtualHosts.Put(name, DefinitionReader.ReadVirtualHost(JsonFields.ReadTable(request.Json), current ?? VirtualHostDescription.None), request.User.Name);
        return ApiReply.Put(current is null);
    }

    private static ApiReply Delete(ApiRequest request)
    {
        var host = request.VirtualHost;
        if (host.Description.IsProtected)
            throw new ApiException(StatusCodes.Status412PreconditionFailed, "precondition_failed", $"Refusing to delete virtual host '{host.Name}' because it is protected from deletion");
        return request.Broker.VirtualHosts.Delete(host.Name) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    private static ApiReply Protect(ApiRequest request, bool isProtected)
    {
        var host = request.VirtualHost;
        request.Broker.VirtualHosts.Put(host.Name, host.Description with { IsProtected = isProtected });
        return ApiReply.NoContent;
    }

    private static void Write(Utf8JsonWriter json, VirtualHost host)
    {
        long ready = 0, unacknowledged = 0;
        foreach (var queue in host.Queues)
        {
            var counts = queue.Counts;
            ready += counts.Ready;
            unacknowledged += counts.Unacknowledged;
        }
        json.WriteStartObject();
        json.WriteString("name", host.Name);
        DefinitionWriter.WriteFields(json, host.Description);
        json.WriteBoolean("tracing", false);
        json.WriteStartObject("cluster_state");
        json.WriteString(ManagementServices.NodeName, "running");
        json.WriteEndObject();
        json.WriteCount("messages", ready + unacknowledged);
        json.WriteCount("messages_ready", ready);
        json.WriteCount("messages_unacknowledged", unacknowledged);
        json.WriteEndObject();
    }
}
