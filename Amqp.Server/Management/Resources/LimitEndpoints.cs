using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/vhost-limits</c> and <c>/api/user-limits</c>.</summary>
internal static class LimitEndpoints
{
    public static ManagementApi MapLimits(this ManagementApi api) => api
        .Get("/vhost-limits", Access.Management, request =>
            List("vhost", request.VisibleHosts.Select(host => (host.Name, LimitsOf(request, host.Name)))))
        .Get("/vhost-limits/{vhost}", Access.VirtualHostView, request =>
            List("vhost", [(request.VirtualHost.Name, LimitsOf(request, request.VirtualHost.Name))]))
        .Put("/vhost-limits/{vhost}/{name}", Access.Administrator, PutOfVirtualHost)
        .Delete("/vhost-limits/{vhost}/{name}", Access.Administrator, DeleteOfVirtualHost)
        .Get("/user-limits", Access.Management, request => List("user", request.Broker.UserLimits.All))
        .Get("/user-limits/{user}", Access.Management, request =>
            List("user", [(DemandUser(request), request.Broker.UserLimits.Of(request.Name("user")))]))
        .Put("/user-limits/{user}/{name}", Access.Administrator, PutOfUser)
        .Delete("/user-limits/{user}/{name}", Access.Administrator, DeleteOfUser);

    /// <summary>Lists the limits of all virtual hosts or of all users that have limits.</summary>
    private static ListReply<(string Owner, FieldTable Limits)> List(
        string what, IEnumerable<(string Owner, FieldTable Limits)> limits) => new(
        limits.Where(entry => entry.Limits.Count > 0),
        entry => entry.Owner,
        (json, entry) =>
        {
            json.WriteStartObject();
            json.WriteString(what, entry.Owner);
            json.WriteTable("value", entry.Limits);
            json.WriteEndObject();
        });

    private static FieldTable LimitsOf(ApiRequest request, string virtualHost) =>
        request.Broker.Parameters.Find(VirtualHostLimits.Component, virtualHost, VirtualHostLimits.Name)?.AsTable() ?? FieldTable.Empty;

    private static ApiReply PutOfVirtualHost(ApiRequest request)
    {
        string host = request.VirtualHost.Name;
        request.DemandFields("value");
        request.Broker.Parameters.Change(VirtualHostLimits.Component, host, VirtualHostLimits.Name, current =>
            FieldValue.FromTable(
                LimitTable.With(current?.AsTable() ?? FieldTable.Empty, request.Name("name"), request.Field("value")!.Value)));
        return ApiReply.NoContent;
    }

    private static ApiReply DeleteOfVirtualHost(ApiRequest request)
    {
        string host = request.VirtualHost.Name;
        var rest = LimitTable.Without(LimitsOf(request, host), request.Name("name"));
        if (rest.Count == 0)
            request.Broker.Parameters.Remove(VirtualHostLimits.Component, host, VirtualHostLimits.Name);
        else
            request.Broker.Parameters.Put(VirtualHostLimits.Component, host, VirtualHostLimits.Name, FieldValue.FromTable(rest));
        return ApiReply.NoContent;
    }

    private static ApiReply PutOfUser(ApiRequest request)
    {
        request.DemandFields("value");
        if (request.Broker.Users.Find(request.Name("user")) is null)
            throw ApiException.BadRequest("no_such_user", request.Name("user"));
        try
        {
            request.Broker.UserLimits.Set(request.Name("user"), request.Name("name"), request.Field("value")!.Value);
        }
        catch (ValidationException error)
        {
            throw ApiException.BadRequest(error.Message); // without the prefix "Validation failed", as in RabbitMQ
        }
        return ApiReply.NoContent;
    }

    private static ApiReply DeleteOfUser(ApiRequest request)
    {
        request.Broker.UserLimits.Clear(DemandUser(request), request.Name("name"));
        return ApiReply.NoContent;
    }

    private static string DemandUser(ApiRequest request) =>
        request.Broker.Users.Find(request.Name("user"))?.Name ?? throw ApiException.NotFound();
}
