using System.Buffers;

namespace Amqp.Server.Management.Http;

/// <summary>Reads the body of a request. The user's access must have been checked before.</summary>
/// <remarks>Kestrel's own limit is not used, because it also counts the framing of chunks. RabbitMQ's limit counts only the body.</remarks>
internal static class RequestBody
{
    /// <summary>Maximum size of the body of a request without a login, in bytes.</summary>
    public const long MostWithoutLogin = 8_192;

    /// <param name="http">The request.</param>
    /// <param name="most">Maximum size of the body, in bytes.</param>
    /// <exception cref="ApiException">400: the body is too large.</exception>
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
