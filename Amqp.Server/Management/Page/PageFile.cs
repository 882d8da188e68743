using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Page;

/// <summary>A file of the management page, compressed by gzip. Immutable.</summary>
/// <param name="Compressed">Content of the file, compressed by gzip.</param>
/// <param name="ContentType">Media type of the file.</param>
internal sealed record PageFile(byte[] Compressed, string ContentType)
{
    private const string Gzip = "gzip";

    /// <summary>Compresses a file.</summary>
    public static PageFile Compress(byte[] content, string contentType)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return new PageFile(compressed.ToArray(), contentType);
    }

    /// <summary>Returns the content of the file.</summary>
    public byte[] Unpack()
    {
        using var gzip = new GZipStream(new MemoryStream(Compressed), CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Sends the file: compressed if the client accepts that. The reply to HEAD has the same headers and no body.</summary>
    public async Task SendAsync(HttpContext http)
    {
        var response = http.Response;
        response.ContentType = ContentType;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        byte[] content = Compressed;
        if (AcceptsGzip(http.Request))
            response.Headers.ContentEncoding = Gzip;
        else
            content = Unpack();
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(content, http.RequestAborted);
    }

    private static bool AcceptsGzip(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var rule = accepted.FirstOrDefault(coding => coding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(coding => coding.Value == "*");
        return rule is not null && rule.Quality is not 0;
    }
}
