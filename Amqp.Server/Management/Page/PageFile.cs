using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Page;

/// <summary>A file of the management page, in each of the two compressions that browsers accept. Immutable.</summary>
/// <remarks>Browsers accept Brotli over TLS and from this machine only. Its files are a seventh smaller.</remarks>
/// <param name="Gzip">Content of the file, compressed by gzip.</param>
/// <param name="Brotli">Content of the file, compressed by Brotli.</param>
/// <param name="ContentType">Media type of the file.</param>
internal sealed record PageFile(byte[] Gzip, byte[] Brotli, string ContentType)
{
    private const string GzipName = "gzip", BrotliName = "br";

    /// <summary>Compresses a file.</summary>
    public static PageFile Compress(byte[] content, string contentType)
    {
        using MemoryStream gzipped = new(), brotlied = new();
        using (var gzip = new GZipStream(gzipped, CompressionLevel.Optimal))
            gzip.Write(content);
        using (var brotli = new BrotliStream(brotlied, CompressionLevel.Optimal))
            brotli.Write(content);
        return new PageFile(gzipped.ToArray(), brotlied.ToArray(), contentType);
    }

    /// <summary>Returns the content of the file.</summary>
    public byte[] Unpack()
    {
        using var gzip = new GZipStream(new MemoryStream(Gzip), CompressionMode.Decompress);
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
        string? coding = Accepts(http.Request, BrotliName) ? BrotliName : Accepts(http.Request, GzipName) ? GzipName : null;
        byte[] content = coding switch
        {
            BrotliName => Brotli,
            GzipName => Gzip,
            _ => Unpack(),
        };
        if (coding is not null)
            response.Headers.ContentEncoding = coding;
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(content, http.RequestAborted);
    }

    private static bool Accepts(HttpRequest request, string name)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var rule = accepted.FirstOrDefault(coding => coding.Value.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(coding => coding.Value == "*");
        return rule is not null && rule.Quality is not 0;
    }
}
