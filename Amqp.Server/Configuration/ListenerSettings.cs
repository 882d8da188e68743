using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Where the broker listens: for AMQP, and for the HTTP API.</summary>
internal static class ListenerSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("bind", Addresses, "127.0.0.1, ::1", "Addresses of all listeners that name none themselves, AMQP and HTTP API alike. By default ::1 only where the machine has it.",
            (target, value, how) => target.Listeners.Bind(value, how.Strength)),
        Setting.Of("listeners.tcp", OneOf("none"), "", "`none` takes no AMQP connections over TCP at all.",
            (target, _) => target.Listeners.WithoutAmqp = true),
        Setting.Of("listeners.tcp.$name", Listener, "5672", "A port, or address and port, that takes AMQP connections; the name, usually `default`, is yours. Port 0 is any free one. `unix:/path:0` is the same as `amqp_unix_path`.",
            (target, value, how) => target.Listen(how.Name, value, how.Strength)),
        Setting.Of("listeners.ssl", OneOf("none"), "", "`none` takes no AMQP connections over TLS, whatever else is said.",
            (target, _) => target.Listeners.WithoutTls = true),
        Setting.Of("listeners.ssl.$name", Listener, "", "A port, or address and port, that takes AMQP over TLS, usually 5671; without one there is no TLS.",
            (target, value, how) => target.Listeners.ListenWithTls(how.Name, value, how.Strength)),
        Setting.Of("amqp_unix_path", Text, "", "A path: takes AMQP connections on a Unix socket there too. Users bound to loopback addresses may use it.",
            (target, value) => target.Options.Connections.UnixSocketPath = value),
        Setting.Of("proxy_protocol", ValueKinds.Boolean, "false", "A proxy in front of the AMQP listeners says who connects, by the PROXY protocol 1 or 2, ahead of TLS; connections without it are closed.",
            (target, value) => target.Options.Connections.ProxyProtocol = value),
        Setting.Of("proxy_protocol.trusted", Networks, "", "Networks of proxies that are believed when they name a loopback address, with which `loopback_users` may log in. A proxy on this machine always is.",
            (target, value) => target.Options.Connections.TrustedProxies = value),
        Setting.Of("management.tcp.ip", Address, "", "The one address of the HTTP API, in place of those of `bind`.",
            (target, value, how) => target.Listeners.ManageOn(value, how.Strength)),
        Setting.Of("management.tcp.port", Integer(0, 65_535), "15672", "The port of the HTTP API; 0 is any free port.",
            (target, value) => target.Listeners.ManagementOn = value),
        Setting.Of("management.ssl.port", Integer(0, 65_535), "", "The port of the HTTP API over TLS, usually 15671; without one there is none. Then there is no HTTP without TLS unless `management.tcp` is set too.",
            (target, value) => target.Listeners.ManagementWithTlsOn = value),
        Setting.Of("management.listener.port", Integer(0, 65_535), "", "The port of the HTTP API as RabbitMQ 3.7 set it: the same as `management.tcp.port`, or with `management.listener.ssl` as `management.ssl.port`.",
            (target, value) => target.Listeners.EarlierManagementOn = value),
        Setting.Of("management.listener.ip", Address, "", "Its address, likewise.",
            (target, value, how) => target.Listeners.ManageEarlierOn(value, how.Strength)),
        Setting.Of("management.listener.ssl", ValueKinds.Boolean, "false", "Whether there is TLS on it.",
            (target, value) => target.Listeners.IsEarlierManagementWithTls = value),
        Setting.Of("management.ssl.ip", Address, "", "The one address of the HTTP API over TLS, in place of those of `bind`.",
            (target, value, how) => target.Listeners.ManageWithTlsOn(value, how.Strength)),
    ];
}
