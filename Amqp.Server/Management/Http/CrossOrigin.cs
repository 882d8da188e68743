using System.Globalization;
using Amqp.Server.Configuration;

namespace Amqp.Server.Management.Http;

/// <summary>Tells browsers which pages of other origins may use the HTTP API, with RabbitMQ's headers, and lets no others change anything.</summary>
/// <remarks>
/// A browser sends a login that it remembers with whatever a page asks for, and a form needs no leave to be sent anywhere. So what changes something is
/// taken from the broker's own pages, from the origins that are named, and from what is no browser. RabbitMQ takes it from anyone.
/// ASP.NET's CORS middleware is not used: it answers a preflight without <c>Allow</c>, and names the same methods for every resource.
/// </remarks>
internal sealed class CrossOrigin(CorsOptions options)
{
    private const string Any = "*";
    private const string SecFetchSite = "Sec-Fetch-Site";

    /// <summary>What a form can send, and so any page without leave.</summary>
    private static readonly string[] _formTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    private readonly bool _isAnyAllowed = options.Origins.Contains(Any);
    private readonly HashSet<string> _allowed = [.. options.Origins];

    /// <summary>Adds the headers, where a browser asks for a page that is allowed to.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="methods">What the resource can be asked for.</param>
    public void Allow(HttpContext http, IEnumerable<string> methods)
    {
        var (request, response) = (http.Request.Headers, http.Response.Headers);
        response.Vary = "origin";
        string origin = request.Origin.ToString();
        if (origin.Length == 0 || !(_isAnyAllowed || _allowed.Contains(origin)))
            return;
        // A page of just anybody's may ask with a login of its own, not with one that the browser remembers.
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

    /// <summary>Demands that a request which may change something does not come from the page of a site that nobody has named.</summary>
    /// <exception cref="ApiException">403: it does.</exception>
    public void DemandKnownPage(HttpContext http)
    {
        var (method, headers) = (http.Request.Method, http.Request.Headers);
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method))
            return;
        string origin = headers.Origin.ToString(), site = headers[SecFetchSite].ToString();
        if (IsOwnPage(origin, site, http.Request.Host) || _allowed.Contains(origin) || (_isAnyAllowed && IsAskedBefore(http.Request)))
            return;
        throw ApiException.Forbidden($"Requests of pages of {(origin.Length > 0 ? origin : "another site")} are refused; management.cors.allow_origins names the origins that may send them.");
    }

    /// <summary>By what only browsers add, and pages cannot change. Where there is nothing of the kind, it is no browser.</summary>
    private static bool IsOwnPage(string origin, string site, HostString host) =>
        site.Length > 0 ? site is "same-origin" or "none"
        : origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a browser must have asked for leave first, and was told that it is given without a remembered login: a form can be sent without.</summary>
    private static bool IsAskedBefore(HttpRequest request) =>
        !HttpMethods.IsPost(request.Method) || (request.ContentType is { Length: > 0 } type && !_formTypes.Contains(type.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase));
}
