using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Amqp.Server.Management.Http;

/// <summary>
/// A form (<c>multipart/form-data</c>). RabbitMQ's management UI and <c>curl -F file=@...</c> upload definitions in such a form.
/// </summary>
internal sealed class MultipartForm
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _fields = [];

    private MultipartForm()
    {
    }

    /// <summary>
    /// Parses a form. Returns null if the body is not a form. If the form is truncated, only its complete fields are read.
    /// </summary>
    public static MultipartForm? Parse(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return null;
        var form = new MultipartForm();
        if (HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary
            || !MemoryMarshal.TryGetArray(body, out var octets)
            || octets.Array is null)
            return form;
        using var stream = new MemoryStream(octets.Array, octets.Offset, octets.Count, writable: false);
        try
        {
            form.Read(new MultipartReader(boundary.ToString(), stream), body);
        }
        catch (Exception damage) when (damage is IOException or InvalidDataException)
        {
            // The form is truncated or malformed. Fields that were not read yet count as missing.
        }
        return form;
    }

    /// <summary>Returns the content of a field.</summary>
    /// <exception cref="ApiException">400: the form has no such field.</exception>
    public ReadOnlyMemory<byte> Field(string name) =>
        _fields.TryGetValue(name, out var content) ? content : throw ApiException.BadRequest($"no {name} in the form");

    /// <summary>Returns the content of a field as text, or null.</summary>
    public string? Text(string name) => _fields.TryGetValue(name, out var content) ? Encoding.UTF8.GetString(content.Span) : null;

    /// <summary>Reads all fields. The reads never wait, because the whole body is in memory.</summary>
    private void Read(MultipartReader reader, ReadOnlyMemory<byte> body)
    {
        while (reader.ReadNextSectionAsync().GetAwaiter().GetResult() is { } section)
        {
            section.Body.CopyTo(Stream.Null);
            if (section.GetContentDispositionHeader() is { } disposition
                && HeaderUtilities.RemoveQuotes(disposition.Name).Value is { } name)
                _fields.TryAdd(name, body.Slice((int)section.BaseStreamOffset!.Value, (int)section.Body.Position));
        }
    }
}
