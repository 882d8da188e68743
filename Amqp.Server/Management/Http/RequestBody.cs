using System.Buffers;

namespace Amqp.Server.Management.Http;

/// <summary>Reads what comes with a request: the one place that does, after it is known who asks.</summary>
/// <remarks>Kestrel's own limit (<c>IHttpMaxRequestBodySizeFeature</c>) is not used: it counts the framing of chunks too, RabbitMQ's counts the body.</remarks>
internal static class RequestBody
{
    /// <summary>Bytes that are taken of somebody who has not logged in: a form with name and password is smaller.</summary>
    public const long MostWithoutLogin = 8_192;

    /// <param name="http">The request.</param>
    /// <param name="most">How many bytes are taken.</param>
    /// <exception cref="ApiException">400: there are more; those that are announced are not waited for.</exception>
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
