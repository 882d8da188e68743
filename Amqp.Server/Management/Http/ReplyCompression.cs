using System.IO.Compression;

namespace Amqp.Server.Management.Http;

/// <summary>Compresses JSON replies by gzip for clients that accept it, such as browsers.</summary>
/// <remarks>
/// Live streams are not compressed, because each event must leave the broker at once. ASP.NET's middleware is not used: it would add
/// Brotli's encoder, 1 MB, to the native file. The secrets that a compressed reply could betray over TLS, tokens of sessions, are never in
/// the body of a reply.
/// </remarks>
internal static class ReplyCompression
{
    private const string Gzip = "gzip";

    /// <summary>Number of bytes below which a reply is left as it is: it fits into one packet anyway.</summary>
    private const int ShortLength = 1_000;

    /// <summary>Returns the bytes to send for a whole reply. Sets the header that names their coding.</summary>
    public static ReadOnlyMemory<byte> Compress(HttpContext http, ReadOnlyMemory<byte> reply)
    {
        http.Response.Headers.ContentEncoding = default; // an error reply may follow a reply that could not be begun
        if (reply.Length < ShortLength || !Accepts(http.Request, Gzip))
            return reply;
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(reply.Span);
        http.Response.Headers.ContentEncoding = Gzip;
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <summary>Returns the stream to which a reply of unknown length is written. Sets the header that names its coding.</summary>
    public static Stream Open(HttpContext http)
    {
        if (!Accepts(http.Request, Gzip))
            return http.Response.Body;
        http.Response.Headers.ContentEncoding = Gzip;
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    /// <summary>True if the client accepts a coding.</summary>
    public static bool Accepts(HttpRequest request, string coding)
    {
        if (request.Headers.AcceptEncoding.Count == 0)
            return false;
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var rule = accepted.FirstOrDefault(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(one => one.Value == "*");
        return rule is not null && rule.Quality is not 0;
    }
}
