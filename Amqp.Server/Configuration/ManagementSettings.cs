using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>The HTTP API besides its listeners.</summary>
internal static class ManagementSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("management.path_prefix", PathPrefix, "", "What stands before `/api` in the addresses of the HTTP API, as in `/rabbit`.",
            (target, value) => target.Options.Management.PathPrefix = value),
        Setting.Of("management.cors.allow_origins", OneOf("none"), "", "No pages but the broker's own may use the HTTP API.",
            (target, _) => target.WithoutCorsOrigins = true),
        Setting.Of("management.cors.allow_origins.$n", Text, "", "An origin, as `https://host:port`, whose pages may use the HTTP API; `*` is any.",
            (target, value, _) => target.AddCorsOrigin(value)),
        Setting.Of("management.cors.max_age", Integer(0, int.MaxValue), "1800", "How long a browser may remember that, in seconds.",
            (target, value) => target.Options.Management.Cors.MaxAge = value),
        Setting.Of("management.http.max_body_size", Bytes(0, int.MaxValue), "20000000", "Largest body of an HTTP request.",
            (target, value) => target.Options.Management.MaxBodySize = value),
        Setting.Of("management.connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "1000", "Connections to the HTTP API open at once, and as many for Prometheus; what comes beyond them is closed at once.",
            (target, value) => target.LimitHttpConnections(value)),
        Setting.Of("management.tcp.max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same as `management.connection_max`, as RabbitMQ 4.3 calls it; the smallest one that is set holds.",
            (target, value) => target.LimitHttpConnections(value)),
        Setting.Of("management.ssl.max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "", "The same: those with TLS and those without are counted together.",
            (target, value) => target.LimitHttpConnections(value)),
        .. ResponseHeaderSettings.Rows,
        Setting.Of("management.restrictions.operator_policy_changes.disabled", ValueKinds.Boolean, "false", "`true` refuses to change operator policies over HTTP, with 405.",
            (target, value) => target.Options.Management.AllowsOperatorPolicyChanges = !value),
        Setting.Of("management.login_session_timeout", Integer(0, int.MaxValue), "480", "How long a login at `/api/login` holds, in minutes.",
            (target, value) => target.Options.Management.LoginSessionTimeout = TimeSpan.FromMinutes(value)),
        Setting.Of("management.login_session_max", Integer(1, 1_000_000), "1000", "How many of those hold at once. Beyond it the oldest ends of the user who has most.",
            (target, value) => target.Options.Management.MaxLoginSessions = value),
        Setting.Of("management.get_max_bytes", Bytes(1, int.MaxValue), "64MiB", "Most octets of messages that one `get` of the HTTP API answers, however many messages are asked for; the others stay in the queue. One message is answered whatever its size.",
            (target, value) => target.Options.Management.GetMaxBytes = value),
    ];
}
