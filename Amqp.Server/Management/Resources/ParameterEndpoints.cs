using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Links;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/parameters</c> and <c>/api/global-parameters</c>.</summary>
internal static class ParameterEndpoints
{
    private const string Policies = "policy";
    private const string OperatorPolicies = "operator_policy";

    /// <summary>Components whose parameters only administrators may change.</summary>
    private static readonly string[] _administrators = [VirtualHostLimits.Component, OperatorPolicies];

    public static ManagementApi MapParameters(this ManagementApi api) => api
        .Get("/parameters", Access.PolicyMaker, request => List(request, parameter => parameter.Component != Policies))
        .Get("/parameters/{component}", Access.PolicyMaker, request =>
            List(request, parameter => parameter.Component == request.Name("component")))
        .Get("/parameters/{component}/{vhost}", Access.PolicyMaker, request =>
        {
            string host = request.VirtualHost.Name;
            return List(request, parameter => parameter.Component == request.Name("component") && parameter.VirtualHost == host);
        })
        .Get("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Get)
        .Put("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Put)
        .Delete("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Delete)
        .Get("/global-parameters", Access.PolicyMaker, request => new ListReply<KeyValuePair<string, FieldValue>>(
            request.Broker.GlobalParameters.All, entry => entry.Key, DefinitionWriter.WriteGlobal))
        .Get("/global-parameters/{name}", Access.PolicyMaker, GetGlobal)
        .Put("/global-parameters/{name}", Access.PolicyMaker, PutGlobal)
        .Delete("/global-parameters/{name}", Access.PolicyMaker, DeleteGlobal);

    private static ListReply<Parameter> List(ApiRequest request, Func<Parameter, bool> isWanted) =>
        new(All(request).Where(isWanted), parameter => parameter.Name, DefinitionWriter.Write);

    /// <summary>Returns all visible parameters. Policies are parameters too, as in RabbitMQ.</summary>
    private static IEnumerable<Parameter> All(ApiRequest request)
    {
        var visible = request.VisibleHosts.ToDictionary(host => host.Name);
        return request.Broker.Parameters.All.Where(parameter => visible.ContainsKey(parameter.VirtualHost))
            .Concat(visible.Values.SelectMany(
                host => host.Policies.All(PolicyKind.Operator).Concat(host.Policies.All(PolicyKind.User)),
                (host, policy) => Of(host, policy)));
    }

    private static Parameter Of(VirtualHost host, Policy policy) => new(
        policy.Kind == PolicyKind.User ? Policies : OperatorPolicies, host.Name, policy.Name,
        FieldValue.FromTable(FieldTable.Empty
            .With("pattern", FieldValue.FromString(policy.Pattern))
            .With("apply-to", FieldValue.FromString(policy.ApplyTo))
            .With("definition", FieldValue.FromTable(policy.Definition))
            .With(
                "priority",
                double.IsInteger(policy.Priority) ? FieldValue.FromInt64((long)policy.Priority) : FieldValue.FromDouble(policy.Priority))));

    private static ApiReply Get(ApiRequest request)
    {
        var (component, host, name) = Address(request);
        var found = All(request)
            .Where(parameter => parameter.Component == component && parameter.VirtualHost == host && parameter.Name == name)
            .ToList();
        return found.Count > 0 ? ApiReply.Json(json => DefinitionWriter.Write(json, found[0])) : throw ApiException.NotFound();
    }

    private static ApiReply Put(ApiRequest request)
    {
        DemandMayChange(request);
        var (component, host, name) = Address(request);
        request.DemandFields("value");
        if (component == Policies)
            throw ApiException.BadRequest("policies may not be set using this method");
        var value = request.Field("value")!.Value;
        if (component == ShovelDefinition.Component)
            ShovelEndpoints.DemandAccess(request, ShovelParameter.Read(host, name, value));
        if (component == FederationTable.UpstreamComponent)
            ShovelEndpoints.DemandAccess(request, FederationParameter.Read(name, value).Uris, host);
        if (component != OperatorPolicies)
            return ApiReply.Put(request.Broker.Parameters.Put(component, host, name, value));
        if (value.Type != FieldType.Table)
            throw new ValidationException($"{name} not a list {ErlangTerm.Of(value)}");
        return ApiReply.Put(request.VirtualHost.Policies.Put(DefinitionReader.ReadPolicy(PolicyKind.Operator, name, value.AsTable())));
    }

    private static ApiReply Delete(ApiRequest request)
    {
        DemandMayChange(request);
        var (component, host, name) = Address(request);
        if (component != OperatorPolicies)
            return request.Broker.Parameters.Remove(component, host, name) ? ApiReply.NoContent : throw ApiException.NotFound();
        return request.VirtualHost.Policies.Remove(PolicyKind.Operator, name) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    private static void DemandMayChange(ApiRequest request)
    {
        if (_administrators.Contains(request.Name("component")))
            request.User.Demand(Access.Administrator);
        if (request.Name("component") == OperatorPolicies)
            PolicyEndpoints.DemandChangeable(PolicyKind.Operator, request);
    }

    private static (string Component, string VirtualHost, string Name) Address(ApiRequest request) =>
        (request.Name("component"), request.VirtualHost.Name, request.Name("name"));

    private static ApiReply GetGlobal(ApiRequest request)
    {
        string name = request.Name("name");
        var value = request.Broker.GlobalParameters.Find(name) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => DefinitionWriter.WriteGlobal(json, KeyValuePair.Create(name, value)));
    }

    private static ApiReply PutGlobal(ApiRequest request)
    {
        DemandMayChangeGlobal(request);
        request.DemandFields("value");
        return ApiReply.Put(request.Broker.GlobalParameters.Put(request.Name("name"), request.Field("value")!.Value));
    }

    private static ApiReply DeleteGlobal(ApiRequest request)
    {
        DemandMayChangeGlobal(request);
        return request.Broker.GlobalParameters.Remove(request.Name("name")) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    private static void DemandMayChangeGlobal(ApiRequest request)
    {
        if (request.Name("name") == OverviewEndpoints.ClusterNameParameter)
            request.User.Demand(Access.Administrator);
    }
}
