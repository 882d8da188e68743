using Amqp.Server.Broker.Names;
using Amqp.Server.Federation;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources of the HTTP API under <c>/api/federation-links</c>. Upstreams are runtime parameters, and policies select them.
/// </summary>
internal static class FederationEndpoints
{
    public static ManagementApi MapFederation(this ManagementApi api) => api
        .Get("/federation-links", Access.Monitoring, request => List(request, null, isDown: false))
        .Get("/federation-links/state/down", Access.Monitoring, request => List(request, null, isDown: true))
        .Get("/federation-links/{vhost}", Access.Monitoring, request => List(request, request.VirtualHost.Name, isDown: false))
        .Get("/federation-links/{vhost}/state/down", Access.Monitoring, request => List(request, request.VirtualHost.Name, isDown: true))
        .Delete("/federation-links/vhost/{vhost}/{id}/{node}/restart", Access.PolicyMaker, Restart);

    private static ListReply<FederationLink> List(ApiRequest request, string? virtualHost, bool isDown)
    {
        var query = new SampleQuery(request);
        FederationLink[] links =
        [
            .. request.Services.Federation.All.Where(link =>
                (virtualHost is null || link.Plan.VirtualHost == virtualHost) && (!isDown || link.Status.IsDown)),
        ];
        var connections = links.Select(link => link.Status.LocalConnection).ToHashSet();
        var channels = ConnectionEndpoints.Open(request)
            .Where(entry => connections.Contains(entry.Client.Origin.ConnectionName))
            .SelectMany(entry => entry.Connection.Sessions)
            .ToLookup(session => session.Client.Origin.ConnectionName);
        return new(
            links,
            link => link.Plan.Name,
            (json, link) =>
            {
                var status = link.Status;
                json.WriteStartObject();
                FederationView.Write(json, link.Plan, status);
                if (channels[status.LocalConnection ?? ""].FirstOrDefault() is { } channel)
                {
                    json.WritePropertyName("local_channel");
                    ChannelEndpoints.Write(json, channel, query, isAlone: false);
                }
                json.WriteEndObject();
            });
    }

    private static ApiReply Restart(ApiRequest request)
    {
        var links = request.Services.Federation;
        string id = request.Name("id");
        return request.Name("node") == Node.Name && links.Find(id)?.Plan.VirtualHost == request.VirtualHost.Name && links.Restart(id)
            ? ApiReply.NoContent : throw ApiException.NotFound();
    }
}
