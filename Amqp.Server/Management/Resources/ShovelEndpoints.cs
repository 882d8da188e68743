using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Links;
using Amqp.Server.Client;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;
using Amqp.Server.Shovels;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/shovels</c>. Shovels are defined as runtime parameters.</summary>
internal static class ShovelEndpoints
{
    public static ManagementApi MapShovels(this ManagementApi api) => api
        .Get("/shovels", Access.Monitoring, request => List(request, null))
        .Get("/shovels/{vhost}", Access.Monitoring, request => List(request, request.VirtualHost.Name))
        .Get("/shovels/{vhost}/{name}", Access.Monitoring, Get)
        .Get("/shovels/vhost/{vhost}/{name}", Access.Monitoring, Get)
        .Delete("/shovels/vhost/{vhost}/{name}", Access.PolicyMaker, Delete)
        .Delete("/shovels/vhost/{vhost}/{name}/restart", Access.PolicyMaker, Restart);

    /// <summary>
    /// Throws if the user has no permission in a virtual host of this broker that the shovel uses: such a shovel needs no password.
    /// </summary>
    /// <exception cref="ValidationException">The user may not connect to a virtual host.</exception>
    public static void DemandAccess(ApiRequest request, ShovelDefinition shovel) =>
        DemandAccess(request, shovel.SourceUris.Concat(shovel.DestinationUris), "/");

    /// <summary>Throws if the user has no permission in a virtual host of this broker that one of the addresses names.</summary>
    /// <param name="request">The request of the user.</param>
    /// <param name="uris">The addresses. Those of this broker need no password.</param>
    /// <param name="virtualHost">The virtual host that an address means if it names none.</param>
    /// <exception cref="ValidationException">The user may not connect to a virtual host.</exception>
    public static void DemandAccess(ApiRequest request, IEnumerable<AmqpUri> uris, string virtualHost)
    {
        string user = request.User.Name;
        var refused = uris
            .Where(uri => uri is { IsLocal: true, User: null })
            .Select(uri => uri.VirtualHost ?? virtualHost)
            .FirstOrDefault(host => request.Broker.Permissions.Find(host, user) is null);
        if (refused is not null)
            throw new ValidationException($"user \"{user}\" may not connect to vhost \"{refused}\"");
    }

    private static ListReply<Shovel> List(ApiRequest request, string? virtualHost) => new(
        request.Services.Shovels.All.Where(shovel => virtualHost is null || shovel.Definition.VirtualHost == virtualHost),
        shovel => shovel.Definition.Name,
        ShovelView.Write);

    private static ApiReply Get(ApiRequest request)
    {
        var shovel = request.Services.Shovels.Find(request.VirtualHost.Name, request.Name("name")) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => ShovelView.Write(json, shovel));
    }

    private static ApiReply Delete(ApiRequest request) => Change(request, request.Services.Shovels.Delete);

    private static ApiReply Restart(ApiRequest request) => Change(request, request.Services.Shovels.Restart);

    private static ApiReply Change(ApiRequest request, Func<string, string, bool> change) =>
        change(request.VirtualHost.Name, request.Name("name")) ? ApiReply.NoContent : throw ApiException.NotFound();
}
