using Amqp.Server.Management.Http;
using Amqp.Server.Management.Resources;

namespace Amqp.Server.Management;

/// <summary>Puts the HTTP API together.</summary>
internal static class ManagementEndpoints
{
    /// <summary>Maps every resource; whatever is none is RabbitMQ's 404, or its 405 for who would change it.</summary>
    public static void MapManagement(this WebApplication app, ManagementServices services)
    {
        app.Use((http, next) => ThreadPoolContext.RunAsync(() => next(http)));
        app.Use((http, next) => http.GetEndpoint() is not null ? next(http) : AnswerNothingThereAsync(http));
        new ManagementApi(app, services)
            .MapOverview()
            .MapNodes()
            .MapVirtualHosts()
            .MapUsers()
            .MapPermissions()
            .MapPolicies()
            .MapParameters()
            .MapLimits()
            .MapQueues()
            .MapExchanges()
            .MapBindings()
            .MapConnections()
            .MapChannels()
            .MapConsumers()
            .MapHealth()
            .MapAuthentication()
            .MapDefinitions()
            .MapSettings()
            .MapLogLevels()
            .MapFaults()
            .MapQuarantine();
    }

    /// <summary>What is nowhere can be looked for; nothing else can be done with it.</summary>
    private static Task AnswerNothingThereAsync(HttpContext http)
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
