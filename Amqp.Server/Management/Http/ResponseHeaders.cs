namespace Amqp.Server.Management.Http;

/// <summary>Adds the configured headers to every reply of the HTTP API, for browsers that show its pages.</summary>
internal static class ResponseHeaders
{
    public static void UseResponseHeaders(this WebApplication app, IReadOnlyDictionary<string, string> headers) => app.Use((http, next) =>
    {
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        return next(http);
    });
}
