using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of sockets: RabbitMQ's <c>tcp_listen_options</c>.</summary>
internal static class SocketSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("tcp_listen_options.backlog", Integer(1, 65_535), "1024",
            "Limit for connections that wait to be accepted. The kernel's limit (somaxconn) also applies. RabbitMQ's default is 128.",
            (target, value) => target.Options.Sockets.Backlog = value),
        Setting.Of("tcp_listen_options.nodelay", ValueKinds.Boolean, "true", "Send small writes at once (TCP_NODELAY).",
            (target, value) => target.Options.Sockets.NoDelay = value),
        Setting.Of("tcp_listen_options.keepalive", ValueKinds.Boolean, "false",
            "Send TCP keepalive probes on idle connections (SO_KEEPALIVE).",
            (target, value) => target.Options.Sockets.KeepAlive = value),
        Setting.Of("tcp_listen_options.sndbuf", Integer(1, int.MaxValue), "",
            "Size of the kernel's send buffer per connection, in bytes. Default: the kernel's.",
            (target, value) => target.Options.Sockets.SendBuffer = value),
        Setting.Of("tcp_listen_options.recbuf", Integer(1, int.MaxValue), "",
            "Size of the kernel's receive buffer per connection, in bytes. Default: the kernel's.",
            (target, value) => target.Options.Sockets.ReceiveBuffer = value),
    ];
}
