namespace Amqp.Server.Management;

/// <summary>Puts the HTTP API together.</summary>
internal static class ManagementEndpoints
{
    /// <summary>Maps every resource; whatever is none is RabbitMQ's 404.</summary>
    public static void MapManagement(this WebApplication app, ManagementServices services)
    {
        // A long answer must not keep a socket thread from its other connections.
        app.Use(async (http, next) =>
        {
            await Task.Yield();
            await next(http);
        });
        app.Use((http, next) => http.GetEndpoint() is null ? ApiErrors.SendAsync(http, ApiException.NotFound()) : next(http));
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
            .MapFaults();
    }
}
