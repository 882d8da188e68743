using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for the HTTP API.</summary>
public sealed class ManagementOptions
{
    /// <summary>Addresses of the HTTP API. Port 0 is any free port; all addresses with port 0 get the same port.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().ManagementEndPoints();

    /// <summary>Addresses of the HTTP API over TLS, and their TLS options. AMQP's certificate options are the default.</summary>
    public TlsOptions Tls { get; set; } = new() { Prefix = "management.ssl" };

    /// <summary>Path before <c>/api</c>: empty, or a path that starts with a slash and does not end with one.</summary>
    public string PathPrefix { get; set; } = "";

    /// <summary>Cross-origin resource sharing: origins whose pages may use the HTTP API in a browser.</summary>
    public CorsOptions Cors { get; set; } = new();

    /// <summary>Headers that are added to every response of the HTTP API, by name.</summary>
    public SortedDictionary<string, string> ResponseHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True if operator policies may be changed over HTTP.</summary>
    public bool AllowsOperatorPolicyChanges { get; set; } = true;

    /// <summary>Largest accepted body of an HTTP request, in bytes.</summary>
    public long MaxBodySize { get; set; } = 20_000_000;

    /// <summary>Limit for open connections to the HTTP API, and a separate limit of the same size for Prometheus; 0 is no limit.</summary>
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>Lifetime of a login session created at <c>/api/login</c>.</summary>
    public TimeSpan LoginSessionTimeout { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Limit for the number of open login sessions.</summary>
    public int MaxLoginSessions { get; set; } = 1_000;

    /// <summary>Limit for the octets of messages in one response to <c>get</c>. The first message is returned whatever its size.</summary>
    public long GetMaxBytes { get; set; } = 64L * 1024 * 1024;
}
