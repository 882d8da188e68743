namespace Amqp.Server.Metrics;

/// <summary>What RabbitMQ's dashboards ask about Raft and about Erlang, as a node without either answers it.</summary>
internal static class ClusterMetrics
{
    private static readonly (string Name, MetricKind Kind, string Help)[] _raft =
    [
        ("term_total", MetricKind.Counter, "Current Raft term number"),
        ("log_snapshot_index", MetricKind.Gauge, "Raft log snapshot index"),
        ("log_last_applied_index", MetricKind.Gauge, "Raft log last applied index"),
        ("log_commit_index", MetricKind.Gauge, "Raft log commit index"),
        ("log_last_written_index", MetricKind.Gauge, "Raft log last written index"),
        ("entry_commit_latency_seconds", MetricKind.Gauge, "Time taken for a log entry to be committed"),
    ];

    /// <summary>Of each link to another node; there is none.</summary>
    private static readonly string[] _links =
    [
        "recv_bytes", "recv_cnt", "recv_max_bytes", "recv_avg_bytes", "recv_dvi_bytes", "send_bytes", "send_cnt", "send_max_bytes", "send_avg_bytes", "send_pend_bytes",
        "port_input_bytes", "port_output_bytes", "port_memory_bytes", "port_queue_size_bytes",
        "proc_memory_bytes", "proc_heap_size_words", "proc_min_heap_size_words", "proc_min_bin_vheap_size_words", "proc_stack_size_words", "proc_total_heap_size_words",
        "proc_message_queue_len", "proc_reductions", "proc_status", "node_state", "node_queue_size_bytes",
    ];

    /// <summary>Zeros, as in RabbitMQ without quorum queues: nothing goes by Raft here.</summary>
    public static void WriteRaft(MetricsWriter writer)
    {
        foreach (var (name, kind, help) in _raft)
            writer.Single($"raft_{name}", kind, help, 0);
    }

    /// <summary>The names without samples, as those of a single node of RabbitMQ about its links. Without a prefix.</summary>
    public static void WriteErlang(MetricsWriter writer)
    {
        writer.Begin("erlang_vm_allocators", MetricKind.Gauge, "Of Erlang's memory allocators");
        foreach (string name in _links)
            writer.Begin($"erlang_vm_dist_{name}", MetricKind.Gauge, "Of links to other nodes");
    }
}
