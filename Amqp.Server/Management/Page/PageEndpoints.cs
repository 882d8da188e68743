using Amqp.Server.Configuration;

namespace Amqp.Server.Management.Page;

/// <summary>Serves the management page on the port of the HTTP API, at all paths that belong to nothing else.</summary>
internal static class PageEndpoints
{
    /// <summary>The browser runs no code, and loads no data, but those of the broker itself.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Assets = "/assets", SameOrigin = "same-origin";

    /// <summary>Paths that are never pages. Requests for unknown paths below them fail as in RabbitMQ.</summary>
    private static readonly PathString[] _otherPaths = ["/api", "/metrics"];

    /// <summary>
    /// Answers GET and HEAD requests that no resource of the HTTP API answers. The files are read at the first request, because the start
    /// of the broker does not need them.
    /// </summary>
    public static void UsePage(this WebApplication app, ManagementOptions options)
    {
        if (!options.ServesPage)
            return;
        var files = new Lazy<PageFiles>(() => PageFiles.Load(options.PathPrefix));
        app.Use((http, next) =>
            http.GetEndpoint() is null && TryAnswer(http, options.PathPrefix, files) is { } answer ? answer : next(http));
    }

    private static Task? TryAnswer(HttpContext http, string prefix, Lazy<PageFiles> files)
    {
        var request = http.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return null;
        if (!request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase, out var path)
            || _otherPaths.Any(other => path.StartsWithSegments(other, StringComparison.OrdinalIgnoreCase)))
            return null;
        if (!path.StartsWithSegments(Assets, out var file))
            return SendIndexAsync(http, files.Value);
        return files.Value.Find((file.Value ?? "").AsSpan().TrimStart('/')) is { } found ? SendAsync(http, found) : null;
    }

    private static Task SendIndexAsync(HttpContext http, PageFiles files)
    {
        Protect(http);
        var headers = http.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = files.IndexTag;
        if (http.Request.Headers.IfNoneMatch != files.IndexTag)
            return files.Index.SendAsync(http);
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext http, PageFile file)
    {
        Protect(http);
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return file.SendAsync(http);
    }

    /// <summary>
    /// Adds the headers that protect the page. A configured header wins. A configured Content-Security-Policy is sent, too: a browser
    /// obeys both policies.
    /// </summary>
    private static void Protect(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.Append("Content-Security-Policy", ContentSecurityPolicy);
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
    }
}
