using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/auth</c>: counts of login attempts, and hashes of passwords.</summary>
internal static class AuthenticationEndpoints
{
    public static ManagementApi MapAuthentication(this ManagementApi api) => api
        .Get("/auth/attempts/{node}", Access.Monitoring, request =>
        {
            var attempts = Demand(request);
            return ApiReply.Json(json =>
            {
                json.WriteStartArray();
                foreach (var (protocol, succeeded, failed) in attempts.ByProtocol())
                {
                    json.WriteStartObject();
                    Write(json, protocol, succeeded, failed);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        })
        .Get("/auth/attempts/{node}/source", Access.Monitoring, request =>
        {
            var attempts = Demand(request);
            return ApiReply.Json(json =>
            {
                json.WriteStartArray();
                foreach (var (address, user, protocol, succeeded, failed) in attempts.BySource())
                {
                    json.WriteStartObject();
                    json.WriteString("remote_address", address);
                    json.WriteString("username", user);
                    Write(json, protocol, succeeded, failed);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        })
        .Delete("/auth/attempts/{node}", Access.Monitoring, request =>
        {
            Demand(request).Reset();
            return ApiReply.NoContent;
        })
        .Delete("/auth/attempts/{node}/source", Access.Monitoring, request =>
        {
            Demand(request).ResetSources();
            return ApiReply.NoContent;
        })
        .Get("/auth/hash_password/{password}", Access.Administrator, request =>
            ApiReply.Texts(("ok", request.Broker.Definitions.Passwords.Hash(request.Name("password")).ToString())));

    private static AuthenticationAttempts Demand(ApiRequest request) =>
        request.Name("node") == ManagementServices.NodeName ? request.Broker.Statistics.Authentication : throw ApiException.NotFound();

    private static void Write(Utf8JsonWriter json, string protocol, long succeeded, long failed)
    {
        json.WriteNumber("auth_attempts", succeeded + failed);
        json.WriteNumber("auth_attempts_failed", failed);
        json.WriteNumber("auth_attempts_succeeded", succeeded);
        json.WriteString("protocol", protocol);
    }
}
