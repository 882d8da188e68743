using System.Globalization;

namespace Amqp.Server.Management.Http;

/// <summary>
/// The cookie with the token of a session. The browser sends the cookie only for the broker's own pages. Scripts cannot read the cookie.
/// </summary>
/// <remarks>
/// The name of the cookie contains the port of the URL, because a browser sends the cookies of a host to all ports of the host. So a
/// browser can be logged in to several brokers of one host.
/// </remarks>
/// <param name="prefix">Part of the path before <c>/api</c>.</param>
internal sealed class LoginCookie(string prefix)
{
    private const int HttpPort = 80, HttpsPort = 443;

    /// <summary>Returns the token in a request, or null.</summary>
    public static string? TokenOf(HttpContext http) =>
        http.Request.Cookies.TryGetValue(NameFor(http), out string? token) && token.Length > 0 ? token : null;

    /// <summary>Stores a token in the browser.</summary>
    public void Set(HttpContext http, string token, TimeSpan lifetime) =>
        http.Response.Cookies.Append(NameFor(http), token, Options(http, lifetime));

    /// <summary>Deletes the token from the browser.</summary>
    public void Clear(HttpContext http) => http.Response.Cookies.Append(NameFor(http), "", Options(http, TimeSpan.Zero));

    /// <summary>The port is that of the header Host, because the port of a proxy or a container differs from the broker's own.</summary>
    private static string NameFor(HttpContext http)
    {
        int port = http.Request.Host.Port ?? (http.Request.IsHttps ? HttpsPort : HttpPort);
        return string.Create(CultureInfo.InvariantCulture, $"amqpbroker_session_{port}");
    }

    private CookieOptions Options(HttpContext http, TimeSpan lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = $"{prefix}/api",
        MaxAge = lifetime,
    };
}
