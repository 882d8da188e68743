using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>Options for the HTTP API.</summary>
public sealed class ManagementOptions
{
    /// <summary>Addresses on which the HTTP API listens. Port 0 means any free port; all addresses with port 0 get the same port.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().ManagementEndPoints();

    /// <summary>Addresses and TLS options of the HTTP API over TLS. The certificate options default to those of AMQP.</summary>
    public TlsOptions Tls { get; set; } = new() { Prefix = "management.ssl" };

    /// <summary>Path that precedes <c>/api</c> in URLs: empty, or a path that starts with a slash and does not end with one.</summary>
    public string PathPrefix { get; set; } = "";

    /// <summary>True if the management page is served beside the HTTP API.</summary>
    public bool ServesPage { get; set; } = true;

    /// <summary>Options for cross-origin resource sharing (CORS): the origins whose web pages may use the HTTP API.</summary>
    public CorsOptions Cors { get; set; } = new();

    /// <summary>Headers that are added to every response of the HTTP API, by name.</summary>
    public SortedDictionary<string, string> ResponseHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True if operator policies may be changed over HTTP.</summary>
    public bool AllowsOperatorPolicyChanges { get; set; } = true;

    /// <summary>Largest accepted body of an HTTP request, in bytes.</summary>
    public long MaxBodySize { get; set; } = 20_000_000;

    /// <summary>
    /// Limit for open connections to the HTTP API; 0 is no limit. The same limit applies to the Prometheus port separately.
    /// </summary>
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>Lifetime of a login session of the HTTP API.</summary>
    public TimeSpan LoginSessionTimeout { get; set; } = TimeSpan.FromHours(8);

    /// <summary>A login session without a request for this time ends.</summary>
    public TimeSpan LoginSessionIdleTimeout { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Limit for the number of open login sessions.</summary>
    public int MaxLoginSessions { get; set; } = 1_000;

    /// <summary>Limit for the number of live streams that are open at the same time.</summary>
    public int MaxLiveStreams { get; set; } = 64;

    /// <summary>Maximum number of events that the HTTP API shows; 0 keeps none.</summary>
    public int RecentEvents { get; set; } = 1_000;

    /// <summary>
    /// Maximum total size, in bytes, of the messages that one response to <c>get</c> contains. The first message is always returned, even
    /// if it is larger.
    /// </summary>
    public long GetMaxBytes { get; set; } = 64L * 1024 * 1024;
}
