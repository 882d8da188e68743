using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Parameters;

namespace Amqp.Server.Management;

/// <summary><c>/api/parameters</c> and <c>/api/global-parameters</c>.</summary>
internal static class ParameterEndpoints
{
    public static ManagementApi MapParameters(this ManagementApi api) => api
        .Get("/parameters", Access.PolicyMaker, request => List(request, _ => true))
        .Get("/parameters/{component}", Access.PolicyMaker, request => List(request, parameter => parameter.Component == request.Name("component")))
        .Get("/parameters/{component}/{vhost}", Access.PolicyMaker, request =>
        {
            string host = request.VirtualHost.Name;
            return List(request, parameter => parameter.Component == request.Name("component") && parameter.VirtualHost == host);
        })
        .Get("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Get)
        .Put("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Put)
        .Delete("/parameters/{component}/{vhost}/{name}", Access.PolicyMaker, Delete)
        .Get("/global-parameters", Access.PolicyMaker, request => new ListReply<KeyValuePair<string, FieldValue>>(request.Broker.GlobalParameters.All, entry => entry.Key, WriteGlobal))
        .Get("/global-parameters/{name}", Access.PolicyMaker, GetGlobal)
        .Put("/global-parameters/{name}", Access.PolicyMaker, PutGlobal)
        .Delete("/global-parameters/{name}", Access.PolicyMaker, request =>
            request.Broker.GlobalParameters.Remove(request.Name("name")) ? ApiReply.NoContent : throw ApiException.NotFound());

    /// <summary>Writes a parameter as lists and definitions have it.</summary>
    public static void Write(Utf8JsonWriter json, Parameter parameter)
    {
        json.WriteStartObject();
        json.WritePropertyName("value");
        JsonFields.Write(json, parameter.Value);
        json.WriteString("vhost", parameter.VirtualHost);
        json.WriteString("component", parameter.Component);
        json.WriteString("name", parameter.Name);
        json.WriteEndObject();
    }

    /// <summary>Writes a global parameter as lists and definitions have it.</summary>
    public static void WriteGlobal(Utf8JsonWriter json, KeyValuePair<string, FieldValue> parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Key);
        json.WritePropertyName("value");
        JsonFields.Write(json, parameter.Value);
        json.WriteEndObject();
    }

    private static ListReply<Parameter> List(ApiRequest request, Func<Parameter, bool> isWanted)
    {
        var visible = request.VisibleHosts.Select(host => host.Name).ToHashSet();
        return new ListReply<Parameter>(
            request.Broker.Parameters.All.Where(parameter => visible.Contains(parameter.VirtualHost) && isWanted(parameter)), parameter => parameter.Name, Write);
    }

    private static ApiReply Get(ApiRequest request)
    {
        var (component, host, name) = Address(request);
        var value = request.Broker.Parameters.Find(component, host, name) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => Write(json, new Parameter(component, host, name, value)));
    }

    private static ApiReply Put(ApiRequest request)
    {
        var (component, host, name) = Address(request);
        request.DemandFields("value");
        if (component is "policy" or "operator_policy")
            throw ApiException.BadRequest("policies may not be set using this method");
        return ApiReply.Put(request.Broker.Parameters.Put(component, host, name, request.Field("value")!.Value));
    }

    private static ApiReply Delete(ApiRequest request)
    {
        var (component, host, name) = Address(request);
        return request.Broker.Parameters.Remove(component, host, name) ? ApiReply.NoContent : throw ApiException.NotFound();
    }

    private static (string Component, string VirtualHost, string Name) Address(ApiRequest request) =>
        (request.Name("component"), request.VirtualHost.Name, request.Name("name"));

    private static ApiReply GetGlobal(ApiRequest request)
    {
        string name = request.Name("name");
        var value = request.Broker.GlobalParameters.Find(name) ?? throw ApiException.NotFound();
        return ApiReply.Json(json => WriteGlobal(json, KeyValuePair.Create(name, value)));
    }

    private static ApiReply PutGlobal(ApiRequest request)
    {
        request.DemandFields("value");
        return ApiReply.Put(request.Broker.GlobalParameters.Put(request.Name("name"), request.Field("value")!.Value));
    }
}
