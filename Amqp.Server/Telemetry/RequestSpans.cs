using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Amqp.Server.Telemetry;

/// <summary>Adds to the spans of HTTP requests the attributes that ASP.NET Core 10 leaves out: route and status.</summary>
internal static class RequestSpans
{
    /// <summary>Adds the middleware. Must come before all middleware that answers requests.</summary>
    public static void UseRequestSpans(this WebApplication app) => app.Use(async (http, next) =>
    {
        await next(http);
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
            Complete(span, http);
    });

    private static void Complete(Activity span, HttpContext http)
    {
        int status = http.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
        if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is not { } route)
            return;
        span.SetTag("http.route", route);
        span.DisplayName = $"{http.Request.Method} {route}";
    }
}
