namespace Amqp.Server.Instruments;

/// <summary>The metrics of Raft and Erlang that RabbitMQ's dashboards query. This broker has neither Raft nor Erlang.</summary>
internal static class ClusterMetrics
{
    /// <summary>Metrics of Raft. All values are 0, as in RabbitMQ without quorum queues.</summary>
    public static readonly Metric<NodeReading>[] Raft =
    [
        new("raft_term_total", MetricKind.Counter, "Current Raft term number", _ => 0),
        new("raft_log_snapshot_index", MetricKind.Gauge, "Raft log snapshot index", _ => 0),
        new("raft_log_last_applied_index", MetricKind.Gauge, "Raft log last applied index", _ => 0),
        new("raft_log_commit_index", MetricKind.Gauge, "Raft log commit index", _ => 0),
        new("raft_log_last_written_index", MetricKind.Gauge, "Raft log last written index", _ => 0),
        new("raft_entry_commit_latency_seconds", MetricKind.Gauge, "Time taken for a log entry to be committed", _ => 0),
    ];

    /// <summary>Metrics of Erlang and of connections to other nodes. The metrics have no samples, and their names have no prefix.</summary>
    public static readonly Metric<NodeReading>[] Erlang =
    [
        WithoutSample("erlang_vm_allocators", "Erlang's memory allocators"),
        .. new[]
        {
            "recv_bytes", "recv_cnt", "recv_max_bytes", "recv_avg_bytes", "recv_dvi_bytes", "send_bytes", "send_cnt", "send_max_bytes",
            "send_avg_bytes", "send_pend_bytes",
            "port_input_bytes", "port_output_bytes", "port_memory_bytes", "port_queue_size_bytes",
            "proc_memory_bytes",
            "proc_heap_size_words",
            "proc_min_heap_size_words",
            "proc_min_bin_vheap_size_words",
            "proc_stack_size_words",
            "proc_total_heap_size_words",
            "proc_message_queue_len",
            "proc_reductions",
            "proc_status",
            "node_state",
            "node_queue_size_bytes",
        }.Select(name => WithoutSample($"erlang_vm_dist_{name}", "Of links to other nodes")),
    ];

    private static Metric<NodeReading> WithoutSample(string name, string help) => new(name, MetricKind.Gauge, help, _ => double.NaN);
}
