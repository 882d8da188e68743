using System.Text;

namespace Amqp.Server.Management.Http;

/// <summary>A form (<c>multipart/form-data</c>), which RabbitMQ's pages and <c>curl -F file=@...</c> send definitions in.</summary>
internal sealed class MultipartForm
{
    private readonly List<(string Head, ReadOnlyMemory<byte> Content)> _parts = [];

    /// <summary>Null when the body is no form.</summary>
    public static MultipartForm? Parse(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (contentType is null || !contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return null;
        var form = new MultipartForm();
        int at = contentType.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return form;
        byte[] boundary = Encoding.ASCII.GetBytes("--" + contentType[(at + 9)..].Split(';')[0].Trim('"'));
        var rest = body;
        while (rest.Span.IndexOf(boundary) is var start and >= 0)
        {
            rest = rest[(start + boundary.Length)..];
            int head = rest.Span.IndexOf("\r\n\r\n"u8), end = rest.Span.IndexOf(boundary);
            if (head < 0 || end - 2 < head + 4)
                break;
            form._parts.Add((Encoding.UTF8.GetString(rest.Span[..head]), rest[(head + 4)..(end - 2)])); // a line break stands before the boundary
        }
        return form;
    }

    /// <summary>What a field holds.</summary>
    /// <exception cref="ApiException">400: the form has no such field.</exception>
    public ReadOnlyMemory<byte> Field(string name) => Find(name) ?? throw ApiException.BadRequest($"no {name} in the form");

    /// <summary>What a field holds as text, or null.</summary>
    public string? Text(string name) => Find(name) is { } content ? Encoding.UTF8.GetString(content.Span) : null;

    private ReadOnlyMemory<byte>? Find(string name)
    {
        foreach (var (head, content) in _parts)
            if (IsNamed(head, name))
                return content;
        return null;
    }

    /// <summary>Whether a part's head has the parameter <c>name</c>, which is not the end of <c>filename</c>.</summary>
    private static bool IsNamed(string head, string name)
    {
        string parameter = $"name=\"{name}\"";
        for (int at = 0; (at = head.IndexOf(parameter, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += parameter.Length)
            if (at == 0 || !char.IsAsciiLetter(head[at - 1]))
                return true;
        return false;
    }
}
