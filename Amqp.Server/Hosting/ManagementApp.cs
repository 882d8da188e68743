using System.Net.Mime;

namespace Amqp.Server.Hosting;

/// <summary>What the management port answers as long as the HTTP API is not there: whether the broker is ready.</summary>
internal static class ManagementApp
{
    /// <summary>Maps the readiness check; everything else is RabbitMQ's 404.</summary>
    public static void MapManagement(this WebApplication app)
    {
        // A long answer must not keep a socket thread from its other connections.
        app.Use(async (context, next) =>
        {
            await Task.Yield();
            await next(context);
        });
        app.MapGet("/api/health/checks/ready-to-serve-clients", context => WriteAsync(context, """{"status":"ok"}"""));
        app.MapFallback(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return WriteAsync(context, """{"error":"Object Not Found","reason":"Not Found"}""");
        });
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = json.Length;
        return context.Response.WriteAsync(json);
    }
}
