using System.Text;

namespace Amqp.Server.Management;

/// <summary>The file of a form (<c>multipart/form-data</c>), which RabbitMQ's pages and <c>curl -F file=@...</c> send definitions in.</summary>
internal static class MultipartFile
{
    /// <summary>The content of the form's part called <c>file</c>, or the whole body when it is no form.</summary>
    /// <exception cref="ApiException">400: a form without a file.</exception>
    public static ReadOnlyMemory<byte> Content(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (contentType is null || !contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return body;
        int at = contentType.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            throw NoFile();
        byte[] boundary = Encoding.ASCII.GetBytes("--" + contentType[(at + 9)..].Split(';')[0].Trim('"'));
        var rest = body;
        while (rest.Span.IndexOf(boundary) is var start and >= 0)
        {
            rest = rest[(start + boundary.Length)..];
            int head = rest.Span.IndexOf("\r\n\r\n"u8), end = rest.Span.IndexOf(boundary);
            if (head < 0 || end < head)
                break;
            if (Encoding.UTF8.GetString(rest.Span[..head]).Contains("name=\"file\"", StringComparison.OrdinalIgnoreCase))
                return rest[(head + 4)..(end - 2)]; // a line break stands before the boundary
        }
        throw NoFile();
    }

    private static ApiException NoFile() => ApiException.BadRequest("no file in the form");
}
