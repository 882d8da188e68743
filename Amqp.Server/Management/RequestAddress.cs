using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Management;

/// <summary>The names in an address, from the octets that the client sent: Kestrel does not decode <c>%2F</c>, without which no virtual host could be named.</summary>
internal sealed class RequestAddress
{
    private readonly (string Name, int Segment)[] _names;

    /// <param name="pattern">As it is routed by: <c>/api/queues/{vhost}/{queue}</c>.</param>
    public RequestAddress(string pattern) =>
        _names = [.. pattern.Split('/').Select((part, segment) => (part, segment)).Where(entry => entry.part.StartsWith('{')).Select(entry => (entry.part[1..^1], entry.segment))];

    /// <summary>Puts the decoded names in the place of those that routing found.</summary>
    public void Decode(HttpContext http)
    {
        if (_names.Length == 0)
            return;
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string[] segments = target.Split('?', 2)[0].Split('/');
        foreach (var (name, segment) in _names)
            if (segment < segments.Length)
                http.Request.RouteValues[name] = Uri.UnescapeDataString(segments[segment]);
    }
}
