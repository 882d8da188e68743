namespace Amqp.Server.Cli.Ctl;

/// <summary>Verbs of RabbitMQ's that cannot be honoured, each with the reason and what to do instead. Pretending would be worse.</summary>
internal static class RefusedVerbs
{
    private const string Erlang = "there is no Erlang in this broker";
    private const string Cluster = "this broker is one node, and cannot be part of a cluster";
    private const string Replicas = "queues have one replica, as there is one node";
    private const string Streams = "there are no streams in this broker";
    private const string Plugins = "this broker has no plugins; what it can do is listed in docs/compatibility.md";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        .. Refuse(Erlang, "eval", "eval_file", "exec", "remote_shell", "observer", "force_gc", "decode", "encode", "decrypt_conf_value", "encrypt_conf_value", "list_ciphers", "list_hashes", "schema_info",
            "erlang_version", "erlang_cookie_hash", "erlang_cookie_sources", "maybe_stuck", "runtime_thread_stats", "resolver_info", "metadata_store_status", "trace_vm"),
        .. Refuse(Cluster, "join_cluster", "forget_cluster_node", "change_cluster_node_type", "rename_cluster_node", "update_cluster_nodes", "force_boot", "force_standalone_khepri_boot", "cancel_sync_queue", "sync_queue", "await_online_quorum_plus_one"),
        .. Refuse(Replicas, "add_member", "delete_member", "grow", "shrink", "quorum_status", "reclaim_quorum_memory", "transfer_leadership", "peek"),
        .. Refuse(Streams, "add_replica", "delete_replica", "restart_stream", "stream_status", "coordinator_status", "list_stream_connections", "list_stream_consumers", "list_stream_publishers"),
        .. Refuse(Plugins, "enable", "disable", "directories"),
        .. Refuse("the application and the process are one here; to stop it use shutdown, and to start it the way it was started", "stop_app"),
        .. Refuse("a broker does not delete its own data; shut it down and give it another data folder", "reset", "force_reset"),
        .. Refuse("the broker does not tell its settings; check the file with: amqpbroker config check", "environment"),
        .. Refuse("there is no such report; status, cluster_status and the list_ commands have what it would be made of", "report"),
        .. Refuse("the log goes to standard output, where whoever started the broker has it", "log_location", "log_tail", "log_tail_stream"),
        .. Refuse("there are no internal events to follow", "consume_event_stream"),
        .. Refuse("attempts to log in are in the log", "list_node_auth_attempt_stats"),
        .. Refuse("the disk is always watched", "activate_free_disk_space_monitoring", "deactivate_free_disk_space_monitoring"),
        .. Refuse("this broker has no such thing", "list_channel_interceptors", "set_channel_interceptor_priorities", "list_deprecated_features", "message_size_stats", "reconcile_vhosts", "cipher_suites", "tls_versions", "certificates",
            "list_network_interfaces", "resolve_hostname", "os_env", "autocomplete"),
    ];

    private static IEnumerable<CtlVerb> Refuse(string reason, params string[] names) => names.Select(name =>
        new CtlVerb(name, "[<argument> ...]", 0, int.MaxValue, $"Refused: {reason}", _ => throw CtlException.Error(ExitCode.Unavailable, $"{name} cannot be done: {reason}")) { IsLocal = true });
}
