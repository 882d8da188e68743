namespace Amqp.Server.Management.Http;

/// <summary>
/// The cookie with the token of a session. The browser sends the cookie only for the broker's own pages. Scripts cannot read the cookie.
/// </summary>
/// <param name="prefix">Part of the path before <c>/api</c>.</param>
internal sealed class LoginCookie(string prefix)
{
    private const string Name = "amqpbroker_session";

    /// <summary>Returns the token in a request, or null.</summary>
    public static string? TokenOf(HttpContext http) =>
        http.Request.Cookies.TryGetValue(Name, out string? token) && token.Length > 0 ? token : null;

    /// <summary>Stores a token in the browser.</summary>
    public void Set(HttpContext http, string token, TimeSpan lifetime) =>
        http.Response.Cookies.Append(Name, token, Options(http, lifetime));

    /// <summary>Deletes the token from the browser.</summary>
    public void Clear(HttpContext http) => http.Response.Cookies.Append(Name, "", Options(http, TimeSpan.Zero));

    private CookieOptions Options(HttpContext http, TimeSpan lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = $"{prefix}/api",
        MaxAge = lifetime,
    };
}
