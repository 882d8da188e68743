using System.Net;
using Amqp.Server.Broker.Counts;

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
        if (BasicCredentials.Read(http.Request.Headers.Authorization) is not var (name, password))
        {
            if (FindSession(services, http) is { } known)
                return known;
            http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.ContentLength = 0;
            return null;
        }
        return await CheckAsync(services, http, name, password);
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
        http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
        throw ApiException.NotAuthorized("Login failed");
    }

    private static ApiUser? FindSession(ManagementServices services, HttpContext http) =>
        LoginCookie.TokenOf(http) is { } token
        && services.Sessions.Find(token, services.Broker.Users) is { } name
        && services.Broker.Users.Admit(name, IsLoopback(AddressOf(http)), out _) is { } user
            ? new ApiUser(user, services.Broker.Permissions)
            : null;

    private static IPAddress? AddressOf(HttpContext http) =>
        http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress;

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);
}
