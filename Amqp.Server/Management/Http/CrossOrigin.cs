using System.Globalization;
using Amqp.Server.Configuration;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Http;

/// <summary>Sends RabbitMQ's CORS headers, and refuses changes that come from pages of unknown origins.</summary>
/// <remarks>
/// A browser adds a stored login to each request to the broker, even if a page of another site sends the request. The broker accepts
/// changes only from its own pages, configured origins, and clients that are not browsers. RabbitMQ accepts changes from all pages.
/// </remarks>
internal sealed class CrossOrigin(CorsOptions options)
{
    private const string Any = "*";
    private const string SecFetchSite = "Sec-Fetch-Site";
    private const string SameOrigin = "same-origin";

    /// <summary>Content types that a form can have. Any page can send a request with such a type without a preflight.</summary>
    private static readonly string[] _formTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    private readonly bool _isAnyAllowed = options.Origins.Contains(Any);
    private readonly HashSet<string> _allowed = [.. options.Origins];

    /// <summary>Adds the CORS headers to the reply if the origin of the request is allowed.</summary>
    public void Allow(HttpContext http, IEnumerable<string> methods)
    {
        var (request, response) = (http.Request.Headers, http.Response.Headers);
        response.Vary = "origin";
        string origin = request.Origin.ToString();
        if (origin.Length == 0 || !(_isAnyAllowed || _allowed.Contains(origin)))
            return;
        // Only an origin that is listed by name may use a stored login. If only the wildcard allows the origin, no header for credentials
        // is sent.
        bool isNamed = _allowed.Contains(origin);
        response.AccessControlAllowOrigin = isNamed ? origin : Any;
        if (isNamed)
            response.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(http.Request.Method))
            return;
        response.AccessControlMaxAge = options.MaxAge.ToString(CultureInfo.InvariantCulture);
        response.AccessControlAllowMethods = string.Join(", ", methods);
        if (request.AccessControlRequestHeaders.Count > 0)
            response.AccessControlAllowHeaders = request.AccessControlRequestHeaders;
    }

    /// <summary>Refuses a request that may change something and comes from a page of an unknown origin.</summary>
    /// <exception cref="ApiException">403: the origin is unknown.</exception>
    public void DemandKnownPage(HttpContext http)
    {
        if (!IsChange(http.Request.Method))
            return;
        var headers = http.Request.Headers;
        string origin = headers.Origin.ToString(), site = headers[SecFetchSite].ToString();
        if (IsOwnPage(origin, site, http.Request.Host) || _allowed.Contains(origin) || (_isAnyAllowed && IsAskedBefore(http.Request)))
            return;
        throw ApiException.Forbidden(
            $"Requests of pages of {(origin.Length > 0 ? origin : "another site")} are refused; "
                + "management.cors.allow_origins names the origins that may send them.");
    }

    /// <summary>
    /// Refuses a request by a login session that may change something, unless a script of the broker's own pages sent it. For a cookie,
    /// the check is stricter than for other logins: browsers send cookies also for pages of another port of the same host.
    /// </summary>
    /// <exception cref="ApiException">403: another page or a form sent the request.</exception>
    public static void DemandOwnScript(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (!IsChange(http.Request.Method) || headers.Authorization.Count > 0 || LoginCookie.TokenOf(http) is null)
            return;
        string site = headers[SecFetchSite].ToString();
        if (headers.ContainsKey(HeaderNames.XRequestedWith)
            && (site.Length == 0 || site == SameOrigin)
            && IsOf(headers.Origin.ToString(), http.Request.Host))
            return;
        throw ApiException.Forbidden(
            "A change by a login session needs the header X-Requested-With, and a header Origin that is equal to Host.");
    }

    private static bool IsChange(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>
    /// True if a page of the broker sent the request, or if the client is not a browser. Only browsers send headers with the origin.
    /// </summary>
    private static bool IsOwnPage(string origin, string site, HostString host) =>
        site.Length > 0 ? site is SameOrigin or "none" : origin.Length == 0 || IsOf(origin, host);

    private static bool IsOf(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// True if a browser sends a preflight before this request, as before every change except a posted form. The reply to the preflight
    /// then forbids stored logins.
    /// </summary>
    private static bool IsAskedBefore(HttpRequest request) =>
        !HttpMethods.IsPost(request.Method)
            || (request.ContentType is { Length: > 0 } type
                && !_formTypes.Contains(type.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase));
}
