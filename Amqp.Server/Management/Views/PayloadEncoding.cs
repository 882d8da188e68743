using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>The encoding in which a client wants payloads.</summary>
internal static class PayloadEncoding
{
    /// <summary>Returns true if the client wants a payload as text where possible.</summary>
    /// <param name="encoding">The encoding that the client requests.</param>
    /// <exception cref="ApiException">400: there is no such encoding.</exception>
    public static bool IsTextWanted(string encoding) => encoding is "auto" or "base64"
        ? encoding == "auto"
        : throw ApiException.BadRequest("Unsupported encoding. Please use auto or base64.");
}
