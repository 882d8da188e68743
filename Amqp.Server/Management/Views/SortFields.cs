using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>
/// The fields by which long lists are usually sorted. Their values are read directly: it would be slow to render every object of the list.
/// </summary>
/// <remarks>Each method returns null for other fields, whose values are found in the rendered objects.</remarks>
internal static class SortFields
{
    private const string OfMessages = "message_stats.", Rate = "_details.rate";

    /// <summary>Returns the function that reads a field of a queue.</summary>
    public static Func<Queue, SortKey>? OfQueue(string field, SampleQuery query) => field switch
    {
        "name" => queue => Text(queue.Name),
        "vhost" => queue => Text(queue.VirtualHost),
        "durable" => queue => Flag(queue.IsDurable),
        "state" => queue => Text(queue.Faults.IsCrashed ? "crashed" : "running"),
        _ when query.IsDisabled => null,
        "messages" => queue => Number(queue.Counts is var counts ? counts.Ready + counts.Unacknowledged : 0),
        "messages_ready" => queue => Number(queue.Counts.Ready),
        "messages_unacknowledged" => queue => Number(queue.Counts.Unacknowledged),
        "consumers" => queue => Number(queue.Counts.Consumers),
        "message_bytes" => queue => Number(queue.Status.Load.Bytes),
        $"{OfMessages}publish{Rate}" => queue => RateOf(queue.Traffic.Samples, 0, query),
        _ when Place(field, OfMessages, StatisticRows.Delivering) is var place and >= 0 => queue =>
            RateOf(queue.Traffic.Samples, StatisticRows.QueueDelivering + place, query),
        _ when Place(field, "", StatisticRows.Depth) is var place and >= 0 => queue =>
            RateOf(queue.Traffic.Samples, StatisticRows.QueueDepth + place, query),
        _ => null,
    };

    /// <summary>Returns the function that reads a field of a connection.</summary>
    public static Func<AmqpConnection, SortKey>? OfConnection(string field, SampleQuery query) => field switch
    {
        "channels" => connection => Number(connection.Load.Channels),
        "state" => connection => Text(connection.State),
        _ when query.IsDisabled => null,
        "recv_oct" => connection => Number(connection.Traffic.ReceivedOctets),
        "send_oct" => connection => Number(connection.Traffic.SentOctets),
        _ when Place(field, "", StatisticRows.Traffic) is var place and >= 0 => connection =>
            RateOf(connection.Traffic.Samples, place, query),
        _ => null,
    };

    /// <summary>Returns the function that reads a field of a channel.</summary>
    public static Func<BrokerSession, SortKey>? OfChannel(string field, SampleQuery query) => field switch
    {
        "consumer_count" => session => Number(session.Consumers.Count),
        "messages_unacknowledged" => session => Number(session.Deliveries.Count),
        "messages_unconfirmed" => session => Number(session.Confirms.WaitingCount),
        "prefetch_count" => session => Number(session.Consumers.Prefetch),
        _ when query.IsDisabled => null,
        _ when Place(field, OfMessages, StatisticRows.Publishing) is var place and >= 0 => session =>
            RateOf(session.Counts.Samples, place, query),
        _ when Place(field, OfMessages, StatisticRows.Delivering) is var place and >= 0 => session =>
            RateOf(session.Counts.Samples, StatisticRows.ChannelDelivering + place, query),
        _ => null,
    };

    private static SortKey Text(string text) => new(4, 0, text);

    private static SortKey Number(long number) => new(0, number, "");

    private static SortKey Flag(bool flag) => new(1, 0, flag ? "true" : "false");

    private static SortKey RateOf(SampleSeries? samples, int column, SampleQuery query) =>
        new(0, samples?.Rate(column, query.Last, query.Before) ?? 0, "");

    /// <summary>Returns the index of the count whose rate a field is; -1 if it is none of these counts.</summary>
    private static int Place(string field, string before, string[] counts) =>
        field.StartsWith(before, StringComparison.Ordinal) && field.EndsWith(Rate, StringComparison.Ordinal)
            ? Array.IndexOf(counts, field[before.Length..^Rate.Length])
            : -1;
}
