using System.Diagnostics;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Management.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Metrics;

/// <summary>
/// Serves metrics on the port for Prometheus: at the configured path, and at <c>per-object</c> and <c>detailed</c> below that path.
/// </summary>
internal static class MetricsEndpoints
{
    private const string ContentType = "text/plain; version=0.0.4";

    /// <summary>Answers all requests on the port for Prometheus. Passes requests on other ports to the HTTP API.</summary>
    public static void UseMetrics(this WebApplication app, ManagementServices services) => app.Use(async (http, next) =>
    {
        if (http.Features.Get<MetricsListener>() is null)
        {
            await next(http);
            return;
        }
        if (http.Features.Get<IHttpActivityFeature>() is { } trace)
            trace.Activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded; // no spans for scrapes, which come every few seconds
        try
        {
            await ThreadPoolContext.RunAsync(() => AnswerAsync(http, services));
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested && error is not (BadHttpRequestException or IOException))
        {
            services.Broker.Faults.Note(Compartment.Http, "the metrics for Prometheus", error);
            if (http.Response.HasStarted)
                http.Abort(); // a partial reply must not look complete
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    });

    private static async Task AnswerAsync(HttpContext http, ManagementServices services)
    {
        var options = services.Options.Statistics;
        string root = "/" + options.MetricsPath.Trim('/');
        string path = (http.Request.Path.Value ?? "").TrimEnd('/');
        bool isKnown = path == root || path == root + "/per-object" || path == root + "/detailed";
        if (!isKnown)
        {
            await ApiErrors.SendAsync(http, ApiException.NotFound());
            return;
        }
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        if (options.DemandsLoginForMetrics && !IsAllowed(http, services))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
            return;
        }
        http.Response.ContentType = ContentType;
        if (path.EndsWith("/detailed", StringComparison.Ordinal))
        {
            string[]? hosts = http.Request.Query.TryGetValue("vhost", out var wanted) ? [.. wanted.OfType<string>()] : null;
            await new MetricsPage(services, http, hosts).WriteFamiliesAsync([.. http.Request.Query["family"].OfType<string>().Distinct()]);
        }
        else if (path.EndsWith("/per-object", StringComparison.Ordinal) || options.ReturnsPerObjectMetrics)
        {
            await new MetricsPage(services, http).WriteObjectsAsync();
        }
        else
        {
            await new MetricsPage(services, http).WriteSumsAsync();
        }
    }

    private static bool IsAllowed(HttpContext http, ManagementServices services) =>
        BasicCredentials.Read(http.Request.Headers.Authorization) is var (name, password)
        && services.Broker.Users.Authenticate(
            name,
            password,
            http.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address),
            out _) is { Tags.IsMonitor: true };
}
