namespace Amqp.Server.Management.Http;

/// <summary>Adds the configured headers, which are meant for browsers, to every reply of the HTTP API.</summary>
internal static class ResponseHeaders
{
    public static void UseResponseHeaders(this WebApplication app, IReadOnlyDictionary<string, string> headers) => app.Use((http, next) =>
    {
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        return next(http);
    });
}
