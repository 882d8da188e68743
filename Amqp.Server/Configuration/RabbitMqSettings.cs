using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of RabbitMQ's that this version checks where their type is plain, and then warns of and leaves alone.</summary>
/// <remarks>So a rabbitmq.conf in use can be taken as it is. A row moves to <see cref="SettingTable.Effective"/> when the broker acts on it.</remarks>
internal static class RabbitMqSettings
{
    private static readonly ValueKind<int> _count = Integer(0, int.MaxValue);
    private static readonly ValueKind<int> _countOrInfinity = _count.Or("infinity", -1);

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> WithoutEffect { get; } =
    [
        // TLS
        Setting.WithoutEffect("ssl_options", OneOf("none")),
        Setting.WithoutEffect("ssl_options.cacerts.$name", Text),
        Setting.WithoutEffect("ssl_options.cert", Text),
        Setting.WithoutEffect("ssl_options.key.$type", Text),
        Setting.WithoutEffect("ssl_options.dh", Text),
        Setting.WithoutEffect("ssl_options.dhfile", Text),
        Setting.WithoutEffect("ssl_options.psk_identity", Text),
        Setting.WithoutEffect("ssl_options.crl_check", Text),
        Setting.WithoutEffect("ssl_options.log_level", Text),
        Setting.WithoutEffect("ssl_options.ciphers.$n", Text),
        Setting.WithoutEffect("ssl_options.client_renegotiation", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.secure_renegotiate", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.honor_cipher_order", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.honor_ecc_order", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.reuse_sessions", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.log_alert", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_options.bypass_pem_cache", ValueKinds.Boolean),
        Setting.WithoutEffect("ssl_allow_poodle_attack", ValueKinds.Boolean),

        // Network
        Setting.WithoutEffect("num_acceptors.tcp", _count),
        Setting.WithoutEffect("num_acceptors.ssl", _count),
        Setting.WithoutEffect("reverse_dns_lookups", ValueKinds.Boolean),
        Setting.WithoutEffect("tcp_listen_options.linger.on", ValueKinds.Boolean),
        Setting.WithoutEffect("tcp_listen_options.linger.timeout", _count),
        Setting.WithoutEffect("tcp_listen_options.buffer", _count),
        Setting.WithoutEffect("tcp_listen_options.high_watermark", _count),
        Setting.WithoutEffect("tcp_listen_options.low_watermark", _count),
        Setting.WithoutEffect("tcp_listen_options.send_timeout", _count),
        Setting.WithoutEffect("tcp_listen_options.send_timeout_close", ValueKinds.Boolean),
        Setting.WithoutEffect("tcp_listen_options.delay_send", ValueKinds.Boolean),
        Setting.WithoutEffect("tcp_listen_options.exit_on_close", ValueKinds.Boolean),
        Setting.WithoutEffect("tcp_listen_options.tos", _count),
        Setting.WithoutEffect("socket_writer.gc_threshold", _count.Or("off", 0)),

        // Limits and resources
        Setting.WithoutEffect("vm_memory_calculation_strategy", Text),
        Setting.WithoutEffect("memory_monitor_interval", _count),
        Setting.WithoutEffect("channel_max_per_node", _countOrInfinity),
        Setting.WithoutEffect("vhost_max", _countOrInfinity),
        Setting.WithoutEffect("cluster_exchange_limit", _countOrInfinity),
        Setting.WithoutEffect("collect_statistics", OneOf("none", "coarse", "fine")),

        // Users, virtual hosts, access
        Setting.WithoutEffect("default_limits.*", Text),
        Setting.WithoutEffect("default_policies.*", Text),
        Setting.WithoutEffect("anonymous_login_user", Text),
        Setting.WithoutEffect("anonymous_login_pass", Text),
        Setting.WithoutEffect("auth_mechanisms.$n", Text),
        Setting.WithoutEffect("auth_backends.*", Text),

        // Definitions
        Setting.WithoutEffect("definitions.https.url", Text),
        Setting.WithoutEffect("definitions.hashing.algorithm", OneOf("sha", "sha224", "sha256", "sha384", "sha512")),
        Setting.WithoutEffect("definitions.tls.*", Text),

        // Log
        Setting.WithoutEffect("log.dir", Text),
        Setting.WithoutEffect("log.file", Text),
        Setting.WithoutEffect("log.file.level", Level),
        Setting.WithoutEffect("log.file.rotation.date", Text),
        Setting.WithoutEffect("log.file.rotation.size", Bytes(0, long.MaxValue)),
        Setting.WithoutEffect("log.file.rotation.count", _count),
        Setting.WithoutEffect("log.file.rotation.compress", ValueKinds.Boolean),
        Setting.WithoutEffect("log.mirroring.level", Level),
        Setting.WithoutEffect("log.federation.level", Level),
        Setting.WithoutEffect("log.upgrade.level", Level),
        Setting.WithoutEffect("log.ra.level", Level),
        Setting.WithoutEffect("log.console.use_colors", OneOf("on", "off")),
        Setting.WithoutEffect("log.console.formatter.*", Text),
        Setting.WithoutEffect("log.file.formatter", Text),
        Setting.WithoutEffect("log.file.formatter.*", Text),
        Setting.WithoutEffect("log.journald", ValueKinds.Boolean),
        Setting.WithoutEffect("log.journald.*", Text),
        Setting.WithoutEffect("log.syslog", ValueKinds.Boolean),
        Setting.WithoutEffect("log.syslog.*", Text),

        // Management, metrics
        Setting.WithoutEffect("management.disable_stats", ValueKinds.Boolean),
        Setting.WithoutEffect("management.rates_mode", OneOf("none", "basic", "detailed")),
        Setting.WithoutEffect("management.ssl.*", Text),
        Setting.WithoutEffect("management.tcp.compress", ValueKinds.Boolean),
        Setting.WithoutEffect("management.tcp.idle_timeout", _countOrInfinity),
        Setting.WithoutEffect("management.tcp.inactivity_timeout", _countOrInfinity),
        Setting.WithoutEffect("management.tcp.request_timeout", _countOrInfinity),
        Setting.WithoutEffect("management.tcp.shutdown_timeout", _countOrInfinity),
        Setting.WithoutEffect("management.tcp.max_keepalive", _count),
        Setting.WithoutEffect("management.http_log_dir", Text),
        Setting.WithoutEffect("management.login_session_timeout", _count),
        Setting.WithoutEffect("management.db_cache_multiplier", _count),
        Setting.WithoutEffect("management.disable_basic_auth", ValueKinds.Boolean),
        Setting.WithoutEffect("management.enable_queue_totals", ValueKinds.Boolean),
        Setting.WithoutEffect("management.csp.policy", Text),
        Setting.WithoutEffect("management.hsts.policy", Text),
        Setting.WithoutEffect("management.headers.*", Text),
        Setting.WithoutEffect("management.sample_retention_policies.*", Text),
        Setting.WithoutEffect("management.oauth_enabled", ValueKinds.Boolean),
        Setting.WithoutEffect("management.listener.*", Text),
        Setting.WithoutEffect("management_agent.*", Text),
        Setting.WithoutEffect("prometheus.ssl.*", Text),
        Setting.WithoutEffect("prometheus.filter_aggregated_queue_metrics_pattern", Text),

        // Message interceptors, features, clustering, Erlang
        Setting.WithoutEffect("message_interceptors.*", Text),
        Setting.WithoutEffect("deprecated_features.permit.$name", ValueKinds.Boolean),
        Setting.WithoutEffect("node_tags.$tag", Text),
        Setting.WithoutEffect("queue_master_locator", Text),
        Setting.WithoutEffect("queue_leader_locator", Text),
        Setting.WithoutEffect("queue_index_embed_msgs_below", Bytes(0, long.MaxValue)),
        Setting.WithoutEffect("classic_queue.default_version", Integer(1, 2)),
        Setting.WithoutEffect("quorum_queue.*", Text),
        Setting.WithoutEffect("raft.*", Text),
        Setting.WithoutEffect("cluster_formation.*", Text),
        Setting.WithoutEffect("cluster_partition_handling", Text),
        Setting.WithoutEffect("cluster_partition_handling.*", Text),
        Setting.WithoutEffect("cluster_keepalive_interval", _count),
        Setting.WithoutEffect("net_ticktime", _count),
        Setting.WithoutEffect("distribution.*", Text),
        Setting.WithoutEffect("erlang.*", Text),
        Setting.WithoutEffect("background_gc_enabled", ValueKinds.Boolean),
        Setting.WithoutEffect("background_gc_target_interval", _count),
        Setting.WithoutEffect("motd_file", Text),
    ];
}
