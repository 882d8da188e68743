using Amqp.Server.Management.Http;
using Amqp.Server.Management.Live;
using Amqp.Server.Management.Page;
using Amqp.Server.Management.Resources;

namespace Amqp.Server.Management;

/// <summary>Assembles the HTTP API and the management page.</summary>
internal static class ManagementEndpoints
{
    /// <summary>Maps every resource. A request for an unknown path gets status 404 or 405, as in RabbitMQ.</summary>
    public static void MapManagement(this WebApplication app, ManagementServices services)
    {
        app.Use((http, next) => ThreadPoolContext.RunAsync(() => next(http)));
        app.UsePage(services.Options.Management);
        app.Use((http, next) => http.GetEndpoint() is not null ? next(http) : AnswerUnknownPathAsync(http));
        new ManagementApi(app, services)
            .MapSession()
            .MapOverview()
            .MapNodes()
            .MapVirtualHosts()
            .MapUsers()
            .MapPermissions()
            .MapPermissionChecks()
            .MapPolicies()
            .MapParameters()
            .MapLimits()
            .MapShovels()
            .MapFederation()
            .MapQueues()
            .MapPeek()
            .MapExchanges()
            .MapDelayed()
            .MapBindings()
            .MapGraph()
            .MapConnections()
            .MapChannels()
            .MapConsumers()
            .MapHealth()
            .MapAuthentication()
            .MapDefinitions()
            .MapSettings()
            .MapLogLevels()
            .MapRecent()
            .MapFaults()
            .MapProblems()
            .MapQuarantine()
            .MapTraces()
            .MapJobs()
            .MapLive();
    }

    /// <summary>Answers a request for an unknown path: 404 for GET, HEAD and OPTIONS, 405 for all other methods.</summary>
    private static Task AnswerUnknownPathAsync(HttpContext http)
    {
        string method = http.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method))
            return ApiErrors.SendAsync(http, ApiException.NotFound());
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        http.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
