using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the HTTP API, apart from its listeners.</summary>
internal static class ManagementSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("management.path_prefix", PathPrefix, "", "Path before `/api` in URLs of the HTTP API, such as `/rabbit`.",
            (target, value) => target.Options.Management.PathPrefix = value),
        Setting.Of("management.page", ValueKinds.Boolean, "true",
            "Serve the management page, on the ports of the HTTP API. If `false`, only the HTTP API is served.",
            (target, value) => target.Options.Management.ServesPage = value),
        Setting.Of("management.cors.allow_origins", OneOf("none"), "",
            "`none`: only web pages of the broker's own origin may use the HTTP API.",
            (target, _) => target.WithoutCorsOrigins = true),
        Setting.Of("management.cors.allow_origins.$n", Text, "",
            "An origin, such as `https://host:port`. Web pages of this origin may use the HTTP API. `*` allows any origin.",
            (target, value, _) => target.AddCorsOrigin(value)),
        Setting.Of("management.cors.max_age", Integer(0, int.MaxValue), "1800",
            "Time in seconds for which a browser may cache the answer to a CORS preflight request.",
            (target, value) => target.Options.Management.Cors.MaxAge = value),
        Setting.Of("management.http.max_body_size", Bytes(0, int.MaxValue), "20000000", "Largest body of an HTTP request.",
            (target, value) => target.Options.Management.MaxBodySize = value),
        Setting.Of("management.connection_max", Integer(1, int.MaxValue).Or("infinity", 0), "1000",
            "Limit for open connections to the HTTP API. The connections of Prometheus have a separate limit of the same size. "
                + "Connections above a limit are closed at once.",
            (target, value) => target.LimitHttpConnections(value)),
        Setting.Of("management.tcp.max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "",
            "RabbitMQ 4.3's name for `management.connection_max`. If several of `management.connection_max`, "
                + "`management.tcp.max_connections` and `management.ssl.max_connections` are set, the smallest value applies.",
            (target, value) => target.LimitHttpConnections(value)),
        Setting.Of("management.ssl.max_connections", Integer(1, int.MaxValue).Or("infinity", 0), "",
            "The same as `management.tcp.max_connections`. Connections with and without TLS are counted together.",
            (target, value) => target.LimitHttpConnections(value)),
        .. ResponseHeaderSettings.Rows,
        Setting.Of("management.restrictions.operator_policy_changes.disabled", ValueKinds.Boolean, "false",
            "If `true`, the broker refuses changes of operator policies over HTTP with status 405.",
            (target, value) => target.Options.Management.AllowsOperatorPolicyChanges = !value),
        Setting.Of("management.login_session_timeout", Integer(0, int.MaxValue), "480",
            "Lifetime of a login session of the HTTP API, in minutes.",
            (target, value) => target.Options.Management.LoginSessionTimeout = TimeSpan.FromMinutes(value)),
        Setting.Of("management.login_session_idle_timeout",
            Integer(1, int.MaxValue).Or("infinity", 0), "120",
            "Time in minutes after which a login session without requests ends.",
            (target, value) => target.Options.Management.LoginSessionIdleTimeout =
                value == 0 ? TimeSpan.MaxValue : TimeSpan.FromMinutes(value)),
        Setting.Of("management.login_session_max", Integer(1, 1_000_000), "1000",
            "Limit for the number of login sessions. Above this limit, the user with the most sessions loses the oldest of these sessions.",
            (target, value) => target.Options.Management.MaxLoginSessions = value),
        Setting.Of("management.max_live_streams", Integer(0, 10_000), "64",
            "Limit for the number of live streams (`/api/live`) that are open at the same time. A page without a stream asks for new "
                + "values every few seconds.",
            (target, value) => target.Options.Management.MaxLiveStreams = value),
        Setting.Of("management.recent_events", Integer(0, 100_000), "1000",
            "Number of events that the broker keeps in memory for the HTTP API, at most 4 MiB of them. `0` keeps none.",
            (target, value) => target.Options.Management.RecentEvents = value),
        Setting.Of("management.get_max_bytes", Bytes(1, int.MaxValue), "64MiB",
            "Limit for the bytes of the messages that one `get` of the HTTP API returns. Messages above the limit stay in the queue. The "
                + "first message is always returned.",
            (target, value) => target.Options.Management.GetMaxBytes = value),
    ];
}
