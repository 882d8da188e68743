using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Statistics;

/// <summary>Writes counts as a row of a sample. The columns have the names of RabbitMQ's HTTP API.</summary>
internal static class StatisticRows
{
    /// <summary>RabbitMQ's names for the columns of a row, in groups.</summary>
    public static readonly string[]
        Publishing = ["publish", "confirm", "return_unroutable", "drop_unroutable"],
        Delivering = ["deliver", "deliver_no_ack", "get", "get_no_ack", "get_empty", "ack", "redeliver", "deliver_get"],
        Depth = ["messages", "messages_ready", "messages_unacknowledged"],
        Traffic = ["recv_oct", "send_oct"],
        Exchanged = ["publish_in", "publish_out"],
        ChurnRates =
        [
            "connection_created", "connection_closed", "channel_created", "channel_closed", "queue_declared", "queue_created",
            "queue_deleted"
        ],
        Node = ["mem_used", "fd_used", "sockets_used", "proc_used", "disk_free", "gc_num"];

    /// <summary>Layout of a queue's row: number of published messages, then <see cref="Delivering"/>, then <see cref="Depth"/>.</summary>
    public static readonly int QueueDelivering = 1,
        QueueDepth = QueueDelivering + Delivering.Length,
        QueueWidth = QueueDepth + Depth.Length;

    /// <summary>Column of a queue's row with the number of all messages that were delivered or fetched.</summary>
    public static readonly int QueueDelivered = QueueDepth - 1;

    /// <summary>Columns of a queue's row with the numbers of acknowledgements and of redeliveries.</summary>
    public static readonly int QueueAcknowledged = QueueDelivering + Array.IndexOf(Delivering, "ack"),
        QueueRedelivered = QueueDelivering + Array.IndexOf(Delivering, "redeliver");

    /// <summary>Layout of a channel's row: <see cref="Publishing"/>, then <see cref="Delivering"/>.</summary>
    public static readonly int ChannelDelivering = Publishing.Length, ChannelWidth = ChannelDelivering + Delivering.Length;

    /// <summary>Columns of a channel's row with the numbers of all deliveries, of acknowledgements and of redeliveries.</summary>
    public static readonly int ChannelDelivered = ChannelWidth - 1,
        ChannelAcknowledged = ChannelDelivering + Array.IndexOf(Delivering, "ack"),
        ChannelRedelivered = ChannelDelivering + Array.IndexOf(Delivering, "redeliver");

    /// <summary>
    /// Layout of a virtual host's row: the columns of a channel, <see cref="Depth"/> of the queues, <see cref="Traffic"/>.
    /// </summary>
    public static readonly int HostDepth = ChannelWidth, HostTraffic = HostDepth + Depth.Length, HostWidth = HostTraffic + Traffic.Length;

    /// <summary>Layout of the broker's row: the columns of a virtual host, <see cref="ChurnRates"/>, <see cref="Node"/>.</summary>
    public static readonly int BrokerChurn = HostWidth,
        BrokerNode = BrokerChurn + ChurnRates.Length,
        BrokerWidth = BrokerNode + Node.Length;

    public static void Read(Queue queue, Span<long> row)
    {
        var (ready, unacknowledged, _) = queue.Counts;
        row[0] = queue.Traffic.Published;
        Put(queue.Traffic.Deliveries, row[QueueDelivering..]);
        PutDepth(ready, unacknowledged, row[QueueDepth..]);
    }

    public static void Read(in MessageCounts counts, Span<long> row)
    {
        (row[0], row[1], row[2], row[3]) = (counts.Publish, counts.Confirm, counts.ReturnUnroutable, counts.DropUnroutable);
        Put(counts.Deliveries, row[ChannelDelivering..]);
    }

    public static void Read(ConnectionCounts connection, Span<long> row) =>
        (row[0], row[1]) = (connection.ReceivedOctets, connection.SentOctets);

    public static void Read(ExchangeCounts exchange, Span<long> row) => (row[0], row[1]) = (exchange.In, exchange.Out);

    public static void Read(VirtualHost host, Span<long> row)
    {
        Read(host.Statistics.Messages(), row);
        PutDepth(host.Queues, row[HostDepth..]);
        var traffic = host.Statistics.Traffic();
        (row[HostTraffic], row[HostTraffic + 1]) = (traffic.Received, traffic.Sent);
    }

    public static void Read(BrokerStatistics statistics, IReadOnlyList<VirtualHost> hosts, string dataDirectory, Span<long> row)
    {
        Read(statistics.MessagesOf(hosts), row);
        PutDepth(hosts.SelectMany(host => host.Queues), row[HostDepth..]);
        var traffic = statistics.TrafficOf(hosts);
        (row[HostTraffic], row[HostTraffic + 1]) = (traffic.Received, traffic.Sent);
        for (int i = 0; i < ChurnRates.Length; i++)
            row[BrokerChurn + i] = statistics.Count((Churn)i);
        var node = row[BrokerNode..];
        node[0] = Environment.WorkingSet;
        node[1] = ProcessFiles.Count();
        node[2] = hosts.Sum(host => host.Statistics.ConnectionCount);
        node[3] = ThreadPool.ThreadCount;
        node[4] = DiskSpace.Free(dataDirectory) ?? 0;
        node[5] = GC.CollectionCount(0);
    }

    private static void Put(in DeliveryCounts counts, Span<long> row)
    {
        (row[0], row[1], row[2], row[3]) = (counts.Deliver, counts.DeliverNoAck, counts.Get, counts.GetNoAck);
        (row[4], row[5], row[6], row[7]) = (counts.GetEmpty, counts.Ack, counts.Redeliver, counts.All);
    }

    private static void PutDepth(IEnumerable<Queue> queues, Span<long> row)
    {
        long ready = 0, unacknowledged = 0;
        foreach (var queue in queues)
        {
            var counts = queue.Counts;
            (ready, unacknowledged) = (ready + counts.Ready, unacknowledged + counts.Unacknowledged);
        }
        PutDepth(ready, unacknowledged, row);
    }

    private static void PutDepth(long ready, long unacknowledged, Span<long> row) =>
        (row[0], row[1], row[2]) = (ready + unacknowledged, ready, unacknowledged);
}
