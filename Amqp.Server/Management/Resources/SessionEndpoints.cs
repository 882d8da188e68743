using System.Text.Json;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resource <c>/api/session</c> of the HTTP API: the login of the management page. RabbitMQ does not have this resource.
/// </summary>
/// <remarks>A reply of this resource never challenges the browser to ask its user for a Basic login.</remarks>
internal static class SessionEndpoints
{
    public static ManagementApi MapSession(this ManagementApi api) => api
        .Post("/session", Access.Anyone, Unchallenged(LogInAsync))
        .Get("/session", Access.Anyone, Unchallenged(ShowAsync))
        .Delete("/session", Access.Anyone, End);

    /// <summary>Begins a session of a user, whose token the reply stores in the browser. The browser's previous session ends.</summary>
    /// <returns>The time at which the session ends, even if it is used.</returns>
    public static DateTimeOffset? Begin(ApiRequest request, ApiUser user)
    {
        var sessions = request.Services.Sessions;
        if (LoginCookie.TokenOf(request.Http) is { } previous)
            sessions.End(previous);
        string token = sessions.Begin(user.User);
        request.Services.Cookie.Set(request.Http, token, sessions.Lifetime);
        request.User = user;
        return sessions.EndOf(token);
    }

    /// <summary>Ends the session of the request, if there is one.</summary>
    public static ApiReply End(ApiRequest request)
    {
        if (LoginCookie.TokenOf(request.Http) is { } token)
        {
            if (request.Services.Sessions.Find(token, request.Broker.Users) is { } name && request.Broker.Users.Find(name) is { } user)
                request.User = new ApiUser(user, request.Broker.Permissions);
            request.Services.Sessions.End(token);
        }
        request.Services.Cookie.Clear(request.Http);
        return ApiReply.NoContent;
    }

    private static async Task<ApiReply> LogInAsync(ApiRequest request)
    {
        request.DemandFields("username", "password");
        var user = await ApiLogin.CheckAsync(request.Services, request.Http, request.Text("username"), request.Text("password"));
        DemandTag(user);
        return Describe(request, user, Begin(request, user));
    }

    private static async Task<ApiReply> ShowAsync(ApiRequest request)
    {
        if (await ApiLogin.FindAsync(request.Services, request.Http) is not { } user)
            return ApiReply.Json(json => WriteNobody(json, request));
        DemandTag(user);
        bool isSession = request.Http.Request.Headers.Authorization.Count == 0;
        var end = isSession && LoginCookie.TokenOf(request.Http) is { } token ? request.Services.Sessions.EndOf(token) : null;
        return Describe(request, user, end);
    }

    private static Func<ApiRequest, Task<ApiReply>> Unchallenged(Func<ApiRequest, Task<ApiReply>> handle) => async request =>
    {
        try
        {
            return await handle(request);
        }
        catch (ApiException)
        {
            request.Http.Response.Headers.WWWAuthenticate = default;
            throw;
        }
    };

    private static void DemandTag(ApiUser user)
    {
        if (!user.IsManagement)
            throw ApiException.NotAuthorized(
                $"User '{user.Name}' has no management tag, such as management, policymaker, monitoring or administrator");
    }

    private static ApiReply Describe(ApiRequest request, ApiUser user, DateTimeOffset? end) => ApiReply.Json(json =>
    {
        var broker = request.Broker;
        var hosts = broker.VirtualHosts.All.Where(user.CanSee).Select(host => host.Name).ToList();
        json.WriteStartObject();
        json.WriteString("user", user.Name);
        json.WriteStrings("tags", user.Tags);
        json.WriteStartObject("permissions");
        foreach (var permission in broker.Permissions.All.Where(permission => permission.User == user.Name))
        {
            json.WriteStartObject(permission.VirtualHost);
            json.WriteString("configure", permission.Configure.Text);
            json.WriteString("write", permission.Write.Text);
            json.WriteString("read", permission.Read.Text);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStrings("vhosts", hosts);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteString("cluster_name", broker.ClusterName);
        WriteProduct(json, request);
        json.WriteNumber("now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        if (end is { } time)
            json.WriteNumber("expires_at", time.ToUnixTimeMilliseconds());
        else
            json.WriteNull("expires_at");
        json.WriteNumber("statistics_interval_ms", (long)request.Services.Options.Statistics.Interval.TotalMilliseconds);
        json.WriteEndObject();
    });

    private static void WriteNobody(Utf8JsonWriter json, ApiRequest request)
    {
        json.WriteStartObject();
        json.WriteNull("user");
        WriteProduct(json, request);
        json.WriteEndObject();
    }

    private static void WriteProduct(Utf8JsonWriter json, ApiRequest request)
    {
        json.WriteString("product", request.Services.Options.Identity.ProductName);
        json.WriteString("version", request.Services.Options.Identity.ProductVersion);
    }
}
