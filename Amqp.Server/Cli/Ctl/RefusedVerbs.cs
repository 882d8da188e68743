namespace Amqp.Server.Cli.Ctl;

/// <summary>
/// The verbs of RabbitMQ that this broker cannot support. Each verb fails, and prints the reason and, if there is one, an alternative.
/// </summary>
internal static class RefusedVerbs
{
    private const string Erlang = "there is no Erlang in this broker";
    private const string Cluster = "this broker is one node, and cannot be part of a cluster";
    private const string Replicas = "queues have one replica, as there is one node";
    private const string Streams = "there are no streams in this broker";
    private const string Plugins = "this broker has no plugins; its features are listed in docs/compatibility.md";

    /// <summary>All unsupported verbs.</summary>
    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        .. Refuse(
            Erlang, "eval", "eval_file", "exec", "remote_shell", "observer", "force_gc", "decode", "encode", "decrypt_conf_value",
            "encrypt_conf_value", "list_ciphers", "list_hashes", "schema_info",
            "erlang_version", "erlang_cookie_hash", "erlang_cookie_sources", "maybe_stuck", "runtime_thread_stats", "resolver_info",
            "metadata_store_status", "trace_vm"),
        .. Refuse(
            Cluster, "join_cluster", "forget_cluster_node", "change_cluster_node_type", "rename_cluster_node", "update_cluster_nodes",
            "force_boot", "force_standalone_khepri_boot", "cancel_sync_queue", "sync_queue", "await_online_quorum_plus_one"),
        .. Refuse(
            Replicas, "add_member", "delete_member", "grow", "shrink", "quorum_status", "reclaim_quorum_memory", "transfer_leadership",
            "peek"),
        .. Refuse(
            Streams, "add_replica", "delete_replica", "restart_stream", "stream_status", "coordinator_status", "list_stream_connections",
            "list_stream_consumers", "list_stream_publishers"),
        .. Refuse(Plugins, "enable", "disable", "directories"),
        .. Refuse("the application cannot be stopped without its process; use shutdown to stop the broker", "stop_app"),
        .. Refuse(
            "a broker does not delete its own data; stop the broker and start it with another data directory", "reset", "force_reset"),
        .. Refuse("the broker does not print its settings; check the file with: amqpbroker config check", "environment"),
        .. Refuse("there is no such report; use status, cluster_status and the list_ commands", "report"),
        .. Refuse("the broker logs to standard output, not to a file", "log_location", "log_tail", "log_tail_stream"),
        .. Refuse("there are no internal events to follow", "consume_event_stream"),
        .. Refuse("login attempts are in the log", "list_node_auth_attempt_stats"),
        .. Refuse("free disk space is always monitored", "activate_free_disk_space_monitoring", "deactivate_free_disk_space_monitoring"),
        .. Refuse(
            "this broker has no such feature", "list_channel_interceptors", "set_channel_interceptor_priorities",
            "list_deprecated_features", "message_size_stats", "reconcile_vhosts", "cipher_suites", "tls_versions", "certificates",
            "list_network_interfaces", "resolve_hostname", "os_env", "autocomplete"),
    ];

    private static IEnumerable<CtlVerb> Refuse(string reason, params string[] names) => names.Select(name =>
        new CtlVerb(name, "[<argument> ...]", 0, int.MaxValue, $"Refused: {reason}", _ =>
            throw CtlException.Error(ExitCode.Unavailable, $"{name} cannot be done: {reason}"))
        {
            IsLocal = true
        });
}
