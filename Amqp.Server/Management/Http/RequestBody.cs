using System.Buffers;

namespace Amqp.Server.Management.Http;

/// <summary>Reads the body of a request. The only place that does so, after the user is known.</summary>
/// <remarks>
/// Kestrel's own limit (<c>IHttpMaxRequestBodySizeFeature</c>) is not used: it includes the framing of chunks, RabbitMQ's limit counts the
/// body alone.
/// </remarks>
internal static class RequestBody
{
    /// <summary>Maximum size in bytes of a body without a login. A form with name and password is smaller.</summary>
    public const long MostWithoutLogin = 8_192;

    /// <param name="http">The request.</param>
    /// <param name="most">Maximum size of the body, in bytes.</param>
    /// <exception cref="ApiException">400: the body is larger. If <c>Content-Length</c> already says so, the body is not read.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, long most)
    {
        if (http.Request.ContentLength > most)
            throw TooLarge(most);
        var body = new ArrayBufferWriter<byte>();
        while (await http.Request.Body.ReadAsync(body.GetMemory(), http.RequestAborted) is > 0 and var count)
        {
            body.Advance(count);
            if (body.WrittenCount > most)
                throw TooLarge(most);
        }
        return body.WrittenMemory;
    }

    private static ApiException TooLarge(long most) => ApiException.BadRequest($"Exceeded HTTP request body size limit of {most} bytes");
}
