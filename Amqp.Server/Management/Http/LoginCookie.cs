namespace Amqp.Server.Management.Http;

/// <summary>The cookie with a session's token: sent by the browser with what the broker's own pages ask for, and read by no page.</summary>
/// <param name="prefix">What stands before <c>/api</c>.</param>
internal sealed class LoginCookie(string prefix)
{
    private const string Name = "amqpbroker_session";

    /// <summary>The token of a request; null when it has none.</summary>
    public static string? TokenOf(HttpContext http) => http.Request.Cookies.TryGetValue(Name, out string? token) && token.Length > 0 ? token : null;

    /// <summary>Has the browser keep a token.</summary>
    public void Set(HttpContext http, string token, TimeSpan lifetime) => http.Response.Cookies.Append(Name, token, Options(http, lifetime));

    /// <summary>Has the browser forget it.</summary>
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
