using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Server.Management;

/// <summary><c>/api/definitions</c>: everything that is declared, out and in.</summary>
internal static class DefinitionEndpoints
{
    public static ManagementApi MapDefinitions(this ManagementApi api) => api
        .Get("/definitions", Access.Administrator, request => ApiReply.Json(json => DefinitionExport.Write(json, request)))
        .Get("/definitions/{vhost}", Access.Administrator, request =>
        {
            var host = request.VirtualHost;
            return ApiReply.Json(json => DefinitionExport.Write(json, request, host));
        })
        .Post("/definitions", Access.Administrator, request => Import(request, null))
        .Post("/definitions/{vhost}", Access.Administrator, request => Import(request, request.VirtualHost.Name));

    private static ApiReply Import(ApiRequest request, string? virtualHost)
    {
        FieldTable definitions;
        try
        {
            using var document = JsonDocument.Parse(MultipartFile.Content(request.Http.Request.ContentType, request.RawBody));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw ApiException.BadRequest("failed_to_parse_json");
            definitions = JsonFields.ReadTable(document.RootElement);
        }
        catch (JsonException)
        {
            throw ApiException.BadRequest("failed_to_parse_json");
        }
        new DefinitionImport(request, virtualHost).Run(definitions);
        return ApiReply.NoContent;
    }
}
