using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/definitions</c>, which export and import definitions.</summary>
internal static class DefinitionEndpoints
{
    public static ManagementApi MapDefinitions(this ManagementApi api) => api
        .Get("/definitions", Access.Administrator, Export)
        .Get("/all-configuration", Access.Administrator, Export) // older name of the same resource
        .Post("/definitions", Access.Administrator, request => Import(request, null))
        .Post("/all-configuration", Access.Administrator, request => Import(request, null))
        .Get("/definitions/{vhost}", Access.Administrator, request =>
        {
            // If the virtual host does not exist, RabbitMQ answers 400 here instead of 404.
            var host = request.FindVirtualHost() ?? throw ApiException.BadRequest("vhost_not_found");
            NameDownload(request);
            return ApiReply.Json(json => DefinitionExport.Write(json, request.Broker.Definitions, OriginOf(request), host));
        })
        .Post("/definitions/{vhost}", Access.Administrator, request => Import(request, request.VirtualHost.Name));

    private static ApiReply Export(ApiRequest request)
    {
        NameDownload(request);
        return ApiReply.Json(json => DefinitionExport.Write(json, request.Broker.Definitions, OriginOf(request)));
    }

    /// <summary>Sets the file name under which a browser saves the reply: the value of the parameter <c>download</c>.</summary>
    private static void NameDownload(ApiRequest request)
    {
        if (request.Query("download") is { Length: > 0 } name)
            request.Http.Response.Headers.ContentDisposition = $"attachment; filename={Uri.EscapeDataString(name)}";
    }

    private static DefinitionOrigin OriginOf(ApiRequest request) =>
        new(ManagementServices.ApiVersion, request.Services.Options.Identity.ProductName, request.Services.Options.Identity.ProductVersion);

    private static ApiReply Import(ApiRequest request, string? virtualHost)
    {
        bool isDryRun = request.Query("dry_run") switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw ApiException.BadRequest($"dry_run is '{other}', expected true or false"),
        };
        var form = MultipartForm.Parse(request.Http.Request.ContentType, request.RawBody);
        var definitions = Parse(request, form?.Field("file") ?? request.RawBody);
        var import = new DefinitionImport(request.Broker.Definitions, request.User.Name, virtualHost);
        if (isDryRun)
        {
            request.IsChange = false;
            var preview = import.Preview(definitions);
            return ApiReply.Json(json => ImportPreviewView.Write(json, preview));
        }
        var report = import.Run(definitions);
        foreach (string leftOut in report.NotTaken)
            request.Services.Logger.DefinitionLeftOut(leftOut);
        if (form?.Text("redirect") is { } redirect)
            return ApiReply.SeeOther(redirect);
        if (report.LeftOut.Count == 0 && !WantsReport(request))
            return ApiReply.NoContent; // definitions with reserved names are skipped without a report, as in RabbitMQ
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("imported", report.Imported);
            json.WriteStrings("left_out", report.NotTaken);
            json.WriteEndObject();
        });
    }

    /// <summary>
    /// True if the header <c>Prefer</c> (RFC 7240) asks for a report on the import. This broker's command line sends the header.
    /// </summary>
    private static bool WantsReport(ApiRequest request) =>
        request.Http.Request.Headers["Prefer"].Any(
            value => value?.Contains("return=representation", StringComparison.OrdinalIgnoreCase) == true);

    private static FieldTable Parse(ApiRequest request, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = request.ParseJson(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return JsonFields.ReadTable(document.RootElement);
        }
        catch (JsonException)
        {
            // Invalid JSON gets the same reply as JSON that is not an object.
        }
        throw ApiException.BadRequest("failed_to_parse_json");
    }
}
