using System.IO.Compression;
using Amqp.Server.Management.Http;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Page;

/// <summary>A file of the management page, in each of the two compressions that browsers accept. Immutable.</summary>
/// <remarks>
/// Browsers accept Brotli over TLS and from this machine only. Its files are a fifth smaller. The build makes them: Brotli's encoder would
/// add 1 MB to the native file.
/// </remarks>
/// <param name="Gzip">Content of the file, compressed by gzip.</param>
/// <param name="Brotli">Content of the file, compressed by Brotli; null for a file that the program itself has compressed.</param>
/// <param name="ContentType">Media type of the file.</param>
internal sealed record PageFile(byte[] Gzip, byte[]? Brotli, string ContentType)
{
    private const string GzipName = "gzip", BrotliName = "br";

    /// <summary>Compresses a file.</summary>
    public static PageFile Compress(byte[] content, string contentType)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return new PageFile(compressed.ToArray(), null, contentType);
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
        byte[] content;
        if (Brotli is not null && ReplyCompression.Accepts(http.Request, BrotliName))
            (content, response.Headers.ContentEncoding) = (Brotli, BrotliName);
        else if (ReplyCompression.Accepts(http.Request, GzipName))
            (content, response.Headers.ContentEncoding) = (Gzip, GzipName);
        else
            content = Unpack();
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(content, http.RequestAborted);
    }
}
