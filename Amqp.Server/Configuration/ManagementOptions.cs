using System.Net;

namespace Amqp.Server.Configuration;

/// <summary>The HTTP API.</summary>
public sealed class ManagementOptions
{
    /// <summary>Addresses that answer the HTTP API; port 0 is any free port, one for all addresses that ask for it.</summary>
    public IReadOnlyList<IPEndPoint> Listeners { get; set; } = new ListenerPlan().ManagementEndPoints();

    /// <summary>Where the HTTP API answers over TLS, and how; what is not said of the certificates is as for AMQP.</summary>
    public TlsOptions Tls { get; set; } = new() { Prefix = "management.ssl" };

    /// <summary>What stands before <c>/api</c>: empty, or a slash and more, without one at the end.</summary>
    public string PathPrefix { get; set; } = "";

    /// <summary>Who may use the HTTP API from within a browser's page.</summary>
    public CorsOptions Cors { get; set; } = new();

    /// <summary>Headers of every answer of the HTTP API, by name.</summary>
    public SortedDictionary<string, string> ResponseHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether operator policies may be changed over HTTP.</summary>
    public bool AllowsOperatorPolicyChanges { get; set; } = true;

    /// <summary>Largest body of an HTTP request taken, in bytes.</summary>
    public long MaxBodySize { get; set; } = 20_000_000;

    /// <summary>Connections to the HTTP API open at once, and as many to the listeners for Prometheus; 0 is no limit.</summary>
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>How long a login at <c>/api/login</c> holds.</summary>
    public TimeSpan LoginSessionTimeout { get; set; } = TimeSpan.FromHours(8);

    /// <summary>How many of those hold at once.</summary>
    public int MaxLoginSessions { get; set; } = 1_000;

    /// <summary>Octets of messages that one <c>get</c> of the HTTP API answers at most; the first message it answers whatever its size.</summary>
    public long GetMaxBytes { get; set; } = 64L * 1024 * 1024;
}
