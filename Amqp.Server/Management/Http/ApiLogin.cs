using System.Net;
using Amqp.Server.Broker.Counts;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Http;

/// <summary>Authenticates requests by a Basic login or by a session cookie.</summary>
internal static class ApiLogin
{
    /// <summary>After too many failed logins, the reply is delayed by this time, as over AMQP.</summary>
    private static readonly TimeSpan _delay = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Returns the user of the request. If the request has no Basic login and no valid session, sends 401 and returns null.
    /// </summary>
    /// <exception cref="ApiException">401: the login is wrong.</exception>
    public static async Task<ApiUser?> AuthenticateAsync(ManagementServices services, HttpContext http)
    {
        if (await FindAsync(services, http) is { } user)
            return user;
        if (IsFromPage(http))
            throw ApiException.NotAuthorized("Not logged in, or the login session has ended");
        http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.ContentLength = 0;
        return null;
    }

    /// <summary>Returns the user of the request, or null if the request has no Basic login and no valid session.</summary>
    /// <exception cref="ApiException">401: the login is wrong.</exception>
    public static async Task<ApiUser?> FindAsync(ManagementServices services, HttpContext http)
    {
        if (BasicCredentials.Read(http.Request.Headers.Authorization) is var (name, password))
            return await CheckAsync(services, http, name, password);
        return LoginCookie.TokenOf(http) is { } token
            && http.Request.Headers.Authorization.Count == 0
            && services.Sessions.Find(token, services.Broker.Users) is { } known
            && services.Broker.Users.Admit(known, IsLoopback(AddressOf(http)), out _) is { } user
                ? new ApiUser(user, services.Broker.Permissions)
                : null;
    }

    /// <summary>Returns the user with this name and password.</summary>
    /// <exception cref="ApiException">401: the name or password is wrong, or the user may not log in from this address.</exception>
    public static async Task<ApiUser> CheckAsync(ManagementServices services, HttpContext http, string name, string password)
    {
        var address = AddressOf(http);
        var user = services.Broker.Users.Authenticate(name, password, IsLoopback(address), out string refusal);
        services.Broker.Statistics.Authentication.Note(AuthenticationAttempts.Http, $"{address}", name, isSuccess: user is not null);
        if (user is not null)
            return new ApiUser(user, services.Broker.Permissions);
        string peer = $"{address}:{http.Connection.RemotePort} -> HTTP API";
        if (services.Connections.FailedLogins.Note(address, peer, name, "Basic", refusal))
            await Task.Delay(_delay, http.RequestAborted);
        if (!IsFromPage(http))
            http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
        throw ApiException.NotAuthorized("Login failed");
    }

    /// <summary>
    /// True if the management page sent the request. A challenge in the reply would make the browser ask its user for a Basic login.
    /// Event streams and downloads of the page cannot have the header <c>X-Requested-With</c>, but accept events, or have a cookie.
    /// </summary>
    private static bool IsFromPage(HttpContext http) =>
        http.Request.Headers.ContainsKey(HeaderNames.XRequestedWith)
            || LoginCookie.TokenOf(http) is not null
            || http.Request.Headers.Accept.ToString() == "text/event-stream";

    private static IPAddress? AddressOf(HttpContext http) =>
        http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress;

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);
}
