using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Management.Http;

/// <summary>Decodes the names in the URL of a request. Kestrel would not decode <c>%2F</c>, the name of the default virtual host.</summary>
internal sealed class RequestAddress
{
    private readonly (string Name, int Segment)[] _names;

    /// <param name="pattern">Pattern of the route, such as <c>/api/queues/{vhost}/{queue}</c>.</param>
    public RequestAddress(string pattern) =>
        _names = [.. pattern.Split('/')
            .Select((part, segment) => (part, segment))
            .Where(entry => entry.part.StartsWith('{'))
            .Select(entry => (entry.part[1..^1], entry.segment))];

    /// <summary>Replaces the route values of a request by the decoded names.</summary>
    /// <exception cref="ApiException">400: a name is not UTF-8, or a name in a PUT request has more than 255 bytes.</exception>
    public void Decode(HttpContext http)
    {
        if (_names.Length == 0)
            return;
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string[] segments = target.Split('?', 2)[0].Split('/');
        foreach (var (name, segment) in _names)
        {
            if (segment >= segments.Length)
                continue;
            string decoded = Decode(segments[segment]);
            // A PUT may create an object with this name, so the length of the name is checked.
            http.Request.RouteValues[name] = HttpMethods.IsPut(http.Request.Method) ? ApiRequest.DemandShort(decoded, name) : decoded;
        }
    }

    private static string Decode(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal))
            return segment;
        byte[] octets = Encoding.UTF8.GetBytes(segment);
        int length = 0;
        for (int at = 0; at < octets.Length; at++)
        {
            bool isEscape = octets[at] == '%'
                && at + 2 < octets.Length
                && char.IsAsciiHexDigit((char)octets[at + 1])
                && char.IsAsciiHexDigit((char)octets[at + 2]);
            octets[length++] = isEscape
                ? byte.Parse(octets.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : octets[at];
            at += isEscape ? 2 : 0;
        }
        var decoded = octets.AsSpan(0, length);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : throw ApiException.BadRequest($"the name {segment} is not UTF-8");
    }
}
