using System.Net;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Management;

/// <summary><c>/api/policies</c> and <c>/api/operator-policies</c>.</summary>
internal static class PolicyEndpoints
{
    public static ManagementApi MapPolicies(this ManagementApi api) => api
        .Map("/policies", PolicyKind.User, Access.PolicyMaker)
        .Map("/operator-policies", PolicyKind.Operator, Access.Administrator);

    /// <summary>Reads the fields of a policy, whose name is known.</summary>
    /// <exception cref="ValidationException">It cannot be.</exception>
    public static Policy Read(PolicyKind kind, string name, FieldTable fields)
    {
        var pattern = fields["pattern"] ?? FieldValue.Void;
        if (pattern.Type != FieldType.LongString)
            throw new ValidationException($"pattern should be a binary but was {ErlangTerm.Of(pattern)}");
        var priority = fields["priority"] ?? FieldValue.FromInt64(0);
        if (!priority.IsInteger && !priority.IsFloat)
            throw new ValidationException($"priority should be a number, actually was {ErlangTerm.Of(priority)}");
        var applyTo = fields["apply-to"] ?? FieldValue.FromString(PolicyTarget.All);
        if (applyTo.Type != FieldType.LongString)
            throw new ValidationException($"apply-to should be a binary but was {ErlangTerm.Of(applyTo)}");
        var definition = fields["definition"] ?? FieldValue.Void;
        if (definition.Type != FieldType.Table)
            throw new ValidationException($"definition should be a map but was {ErlangTerm.Of(definition)}");
        return new Policy(kind, name, pattern.AsString(), applyTo.AsString(), priority.IsInteger ? priority.AsInteger() : priority.AsDouble(), definition.AsTable());
    }

    /// <summary>Writes a policy as lists and definitions have it.</summary>
    public static void Write(Utf8JsonWriter json, string virtualHost, Policy policy)
    {
        json.WriteStartObject();
        json.WriteString("vhost", virtualHost);
        json.WriteString("name", policy.Name);
        WriteFields(json, policy);
        json.WriteEndObject();
    }

    /// <summary>Writes what a policy says.</summary>
    public static void WriteFields(Utf8JsonWriter json, Policy policy)
    {
        json.WriteString("pattern", policy.Pattern);
        json.WriteString("apply-to", policy.ApplyTo);
        json.WriteTable("definition", policy.Definition);
        json.WriteNumber("priority", policy.Priority);
    }

    private static ManagementApi Map(this ManagementApi api, string path, PolicyKind kind, Access change) => api
        .Get(path, Access.Management, request => List(kind, request.VisibleHosts.Where(request.User.CanAccess)))
        .Get($"{path}/{{vhost}}", Access.VirtualHost, request => List(kind, [request.VirtualHost]))
        .Get($"{path}/{{vhost}}/{{name}}", Access.VirtualHost, request => Get(kind, request))
        .Put($"{path}/{{vhost}}/{{name}}", change, request => Put(kind, request))
        .Delete($"{path}/{{vhost}}/{{name}}", change, request => Delete(kind, request));

    private static ListReply<(VirtualHost Host, Policy Policy)> List(PolicyKind kind, IEnumerable<VirtualHost> hosts) => new(
        hosts.SelectMany(host => host.Policies.All(kind), (host, policy) => (host, policy)),
        entry => entry.Policy.Name,
        (json, entry) => Write(json, entry.Host.Name, entry.Policy));

    private static ApiReply Get(PolicyKind kind, ApiRequest request)
    {
        var host = request.VirtualHost;
        var policy = host.Policies.Find(kind, request.Name("name")) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => Write(json, host.Name, policy));
    }

    private static ApiReply Put(PolicyKind kind, ApiRequest request)
    {
        var host = request.VirtualHost;
        request.DemandFields("pattern", "definition");
        try
        {
            return ApiReply.Put(host.Policies.Put(Read(kind, request.Name("name"), JsonFields.ReadTable(request.Json))));
        }
        catch (ValidationException error) when (kind == PolicyKind.User)
        {
            // RabbitMQ escapes these texts for its pages, and only these.
            throw new ValidationException(WebUtility.HtmlEncode(error.Message).Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&#39;", "'", StringComparison.Ordinal));
        }
    }

    private static ApiReply Delete(PolicyKind kind, ApiRequest request) =>
        request.VirtualHost.Policies.Remove(kind, request.Name("name")) ? ApiReply.NoContent : throw ApiException.NotFound();
}
