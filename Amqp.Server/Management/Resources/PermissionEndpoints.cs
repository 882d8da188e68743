using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/permissions</c> and <c>/api/topic-permissions</c>.</summary>
internal static class PermissionEndpoints
{
    public static ManagementApi MapPermissions(this ManagementApi api) => api
        .Get("/permissions", Access.Administrator, request => List(request.Broker.Permissions.All))
        .Get("/permissions/{vhost}/{user}", Access.Administrator, Get)
        .Put("/permissions/{vhost}/{user}", Access.Administrator, Put)
        .Delete("/permissions/{vhost}/{user}", Access.Administrator, request =>
            request.Broker.Permissions.Delete(request.VirtualHost.Name, request.Name("user"))
                ? ApiReply.NoContent
                : throw ApiException.NotFound())
        .Get("/topic-permissions", Access.Administrator, request => List(request.Broker.Permissions.AllTopics))
        .Get("/topic-permissions/{vhost}/{user}", Access.Administrator, GetTopics)
        .Put("/topic-permissions/{vhost}/{user}", Access.Administrator, PutTopic)
        .Delete("/topic-permissions/{vhost}/{user}", Access.Administrator, request => DeleteTopic(request, null))
        .Delete("/topic-permissions/{vhost}/{user}/{exchange}", Access.Administrator, request =>
            DeleteTopic(request, request.Name("exchange")));

    public static ListReply<Permission> List(IEnumerable<Permission> permissions) =>
        new(permissions, permission => permission.User, DefinitionWriter.Write);

    public static ListReply<TopicPermission> List(IEnumerable<TopicPermission> permissions) =>
        new(permissions, permission => permission.User, DefinitionWriter.Write);

    private static ApiReply Get(ApiRequest request)
    {
        var permission = request.Broker.Permissions.Find(request.VirtualHost.Name, request.Name("user")) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => DefinitionWriter.Write(json, permission));
    }

    private static ApiReply Put(ApiRequest request)
    {
        request.DemandFields("configure", "write", "read");
        string host = request.Name("vhost"), user = request.Name("user");
        bool isNew = request.Broker.Permissions.Find(host, user) is null;
        DemandBoth(request, host, user);
        request.Broker.Permissions.Put(DefinitionReader.ReadPatterns(
            () => new Permission(user, host, request.Text("configure"), request.Text("write"), request.Text("read"))));
        return ApiReply.Put(isNew);
    }

    private static ListReply<TopicPermission> GetTopics(ApiRequest request)
    {
        string host = request.VirtualHost.Name, user = request.Name("user");
        var topics = request.Broker.Permissions.AllTopics.Where(topic => topic.VirtualHost == host && topic.User == user).ToList();
        return topics.Count > 0 ? List(topics) : throw ApiException.NotFound();
    }

    private static ApiReply PutTopic(ApiRequest request)
    {
        request.DemandFields("exchange", "write", "read");
        string host = request.Name("vhost"),
            user = request.Name("user"),
            exchange = ApiRequest.DemandShort(request.Text("exchange"), "exchange");
        bool isNew = !request.Broker.Permissions.AllTopics.Any(topic => topic.VirtualHost == host && topic.User == user);
        DemandBoth(request, host, user);
        request.Broker.Permissions.PutTopic(
            DefinitionReader.ReadPatterns(() => new TopicPermission(user, host, exchange, request.Text("write"), request.Text("read"))));
        return ApiReply.Put(isNew);
    }

    private static ApiReply DeleteTopic(ApiRequest request, string? exchange) =>
        request.Broker.Permissions.DeleteTopic(request.VirtualHost.Name, request.Name("user"), exchange)
            ? ApiReply.NoContent
            : throw ApiException.NotFound();

    private static void DemandBoth(ApiRequest request, string virtualHost, string user)
    {
        if (request.Broker.VirtualHosts.Find(virtualHost) is null || request.Broker.Users.Find(user) is null)
            throw ApiException.BadRequest("vhost_or_user_not_found");
    }
}
