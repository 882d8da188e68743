using System.Globalization;
using Amqp.Server.Configuration;

namespace Amqp.Server.Management;

/// <summary>Tells browsers which pages of other origins may use the HTTP API, with RabbitMQ's headers.</summary>
internal sealed class CrossOrigin(CorsOptions options)
{
    private const string Any = "*";

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
        response.AccessControlAllowOrigin = origin;
        response.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(http.Request.Method))
            return;
        response.AccessControlMaxAge = options.MaxAge.ToString(CultureInfo.InvariantCulture);
        response.AccessControlAllowMethods = string.Join(", ", methods);
        if (request.AccessControlRequestHeaders.Count > 0)
            response.AccessControlAllowHeaders = request.AccessControlRequestHeaders;
    }
}
