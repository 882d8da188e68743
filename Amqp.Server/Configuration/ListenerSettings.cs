using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the listeners for AMQP and for the HTTP API.</summary>
internal static class ListenerSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("bind", Addresses, "127.0.0.1, ::1",
            "Addresses of AMQP and HTTP listeners that have no address of their own. If the machine has no ::1, the default is only "
                + "127.0.0.1.",
            (target, value, how) => target.Listeners.Bind(value, how.Strength)),
        Setting.Of("listeners.tcp", OneOf("none"), "", "`none` disables AMQP over TCP without TLS.",
            (target, _) => target.Listeners.WithoutAmqp = true),
        Setting.Of("listeners.tcp.$name", Listener, "5672",
            "A port, or address and port, that accepts AMQP connections. `$name` is any name, usually `default`. Port 0 is any free "
                + "port. `unix:/path:0` is the same as `amqp_unix_path`.",
            (target, value, how) => target.Listen(how.Name, value, how.Strength)),
        Setting.Of("listeners.ssl", OneOf("none"), "", "`none` disables AMQP over TLS, even if `listeners.ssl.$name` is set.",
            (target, _) => target.Listeners.WithoutTls = true),
        Setting.Of("listeners.ssl.$name", Listener, "",
            "A port, or address and port, that accepts AMQP over TLS, usually 5671. Default: no TLS.",
            (target, value, how) => target.Listeners.ListenWithTls(how.Name, value, how.Strength)),
        Setting.Of("amqp_unix_path", Text, "",
            "Path of a Unix socket that also accepts AMQP connections. Users in `loopback_users` may log in through this socket.",
            (target, value) => target.Options.Connections.UnixSocketPath = value),
        Setting.Of("proxy_protocol", ValueKinds.Boolean, "false",
            "`true` if clients connect through a proxy. Before the TLS handshake, the proxy must send the client's address in a PROXY "
                + "protocol header (version 1 or 2). Connections without this header are closed.",
            (target, value) => target.Options.Connections.ProxyProtocol = value),
        Setting.Of("proxy_protocol.trusted", Networks, "",
            "Networks of trusted proxies. If a trusted proxy reports a loopback address as the client's, `loopback_users` can log in. A "
                + "proxy on this machine is always trusted.",
            (target, value) => target.Options.Connections.TrustedProxies = value),
        Setting.Of("management.tcp.ip", Address, "", "Address of the HTTP API. Default: the addresses of `bind`.",
            (target, value, how) => target.Listeners.SetManagementAddress(value, how.Strength)),
        Setting.Of("management.tcp.port", Integer(0, 65_535), "15672", "Port of the HTTP API; 0 is any free port.",
            (target, value) => target.Listeners.ManagementPort = value),
        Setting.Of("management.ssl.port", Integer(0, 65_535), "",
            "Port of the HTTP API over TLS, usually 15671. Default: no TLS. This setting closes the port without TLS. To keep that port, "
                + "also set `management.tcp.port` or `management.tcp.ip`.",
            (target, value) => target.Listeners.ManagementTlsPort = value),
        Setting.Of("management.listener.port", Integer(0, 65_535), "",
            "RabbitMQ 3.7's name for `management.tcp.port`. If `management.listener.ssl` is `true`, the same as `management.ssl.port`.",
            (target, value) => target.Listeners.EarlierManagementPort = value),
        Setting.Of("management.listener.ip", Address, "",
            "RabbitMQ 3.7's name for `management.tcp.ip`. If `management.listener.ssl` is `true`, the same as `management.ssl.ip`.",
            (target, value, how) => target.Listeners.SetEarlierManagementAddress(value, how.Strength)),
        Setting.Of("management.listener.ssl", ValueKinds.Boolean, "false",
            "`true` enables TLS on the listener that `management.listener` sets.",
            (target, value) => target.Listeners.IsEarlierManagementWithTls = value),
        Setting.Of("management.ssl.ip", Address, "", "Address of the HTTP API over TLS. Default: the addresses of `bind`.",
            (target, value, how) => target.Listeners.SetManagementTlsAddress(value, how.Strength)),
    ];
}
