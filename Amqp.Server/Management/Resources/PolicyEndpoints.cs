using System.Net;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/policies</c> and <c>/api/operator-policies</c>.</summary>
internal static class PolicyEndpoints
{
    public static ManagementApi MapPolicies(this ManagementApi api) => api
        .Map("/policies", PolicyKind.User, Access.PolicyMaker)
        .Map("/operator-policies", PolicyKind.Operator, Access.Administrator);

    private static ManagementApi Map(this ManagementApi api, string path, PolicyKind kind, Access change) => api
        .Get(path, Access.Management, request => List(kind, request.VisibleHosts))
        .Get($"{path}/{{vhost}}", Access.VirtualHostView, request => List(kind, [request.VirtualHost]))
        .Get($"{path}/{{vhost}}/{{name}}", change, request => Get(kind, request))
        .Post($"{path}/{{vhost}}/preview", change, request => Preview(kind, request))
        .Put($"{path}/{{vhost}}/{{name}}", change, request => Put(kind, request))
        .Delete($"{path}/{{vhost}}/{{name}}", change, request => Delete(kind, request));

    private static ListReply<(VirtualHost Host, Policy Policy)> List(PolicyKind kind, IEnumerable<VirtualHost> hosts) => new(
        hosts.SelectMany(host => host.Policies.All(kind), (host, policy) => (host, policy)),
        entry => entry.Policy.Name,
        (json, entry) => DefinitionWriter.Write(json, entry.Host.Name, entry.Policy));

    private static ApiReply Get(PolicyKind kind, ApiRequest request)
    {
        var host = request.VirtualHost;
        var policy = host.Policies.Find(kind, request.Name("name")) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => DefinitionWriter.Write(json, host.Name, policy));
    }

    private static ApiReply Put(PolicyKind kind, ApiRequest request)
    {
        DemandChangeable(kind, request);
        var host = request.VirtualHost;
        request.DemandFields("pattern", "definition");
        return ApiReply.Put(host.Policies.Put(Read(kind, request, request.Name("name"))));
    }

    /// <summary>Shows the effect that a policy would have. RabbitMQ does not have this resource.</summary>
    private static ApiReply Preview(PolicyKind kind, ApiRequest request)
    {
        request.IsChange = false;
        var host = request.VirtualHost;
        request.DemandFields("name", "pattern", "definition");
        string name = ApiRequest.DemandShort(request.Text("name"), "name");
        var preview = host.Policies.Preview(Read(kind, request, name));
        return ApiReply.Json(json => PolicyPreviewView.Write(json, preview));
    }

    private static Policy Read(PolicyKind kind, ApiRequest request, string name)
    {
        try
        {
            return DefinitionReader.ReadPolicy(kind, name, JsonFields.ReadTable(request.Json));
        }
        catch (ValidationException error) when (kind == PolicyKind.User)
        {
            // As in RabbitMQ, only the error texts of policies are escaped as HTML.
            throw new ValidationException(
                WebUtility.HtmlEncode(error.Message)
                    .Replace("&quot;", "\"", StringComparison.Ordinal)
                    .Replace("&#39;", "'", StringComparison.Ordinal));
        }
    }

    private static ApiReply Delete(PolicyKind kind, ApiRequest request)
    {
        DemandChangeable(kind, request);
        return request.VirtualHost.Policies.Remove(kind, request.Name("name")) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    /// <summary>Throws if policies of this kind may not be changed over HTTP.</summary>
    /// <exception cref="ApiException">405: the configuration forbids changes of operator policies over HTTP.</exception>
    public static void DemandChangeable(PolicyKind kind, ApiRequest request)
    {
        if (kind == PolicyKind.Operator && !request.Services.Options.Management.AllowsOperatorPolicyChanges)
            throw new ApiException(
                StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "operator policies may not be changed over HTTP");
    }
}
