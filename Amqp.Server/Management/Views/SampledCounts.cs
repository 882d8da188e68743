using System.Buffers.Text;
using System.Text.Json;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Views;

/// <summary>The current counts of one or several objects, with rates and samples, in RabbitMQ's format.</summary>
internal sealed class SampledCounts
{
    private readonly SampleQuery _query;
    private readonly SampleSeries?[] _series;
    private readonly long[] _now;

    private SampledCounts(SampleQuery query, int width, params SampleSeries?[] series) =>
        (_query, _series, _now) = (query, series, new long[width]);

    public static SampledCounts Of(Queue queue, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.QueueWidth, queue.Traffic.Samples);
        StatisticRows.Read(queue, counts._now);
        return counts;
    }

    public static SampledCounts Of(ChannelCounts channel, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.ChannelWidth, channel.Samples);
        StatisticRows.Read(channel.Read(), counts._now);
        return counts;
    }

    public static SampledCounts Of(ConnectionCounts connection, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.Traffic.Length, connection.Samples);
        StatisticRows.Read(connection, counts._now);
        return counts;
    }

    public static SampledCounts Of(Broker.Routing.Exchange exchange, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.Exchanged.Length, exchange.Samples);
        StatisticRows.Read(exchange.Counts, counts._now);
        return counts;
    }

    /// <summary>Returns the sums over several virtual hosts.</summary>
    public static SampledCounts Of(IReadOnlyList<VirtualHost> hosts, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.BrokerWidth, [.. hosts.Select(host => host.Statistics.Samples)]);
        Span<long> row = stackalloc long[StatisticRows.HostWidth];
        foreach (var host in hosts)
        {
            StatisticRows.Read(host, row);
            for (int i = 0; i < row.Length; i++)
                counts._now[i] += row[i];
        }
        return counts;
    }

    /// <summary>Returns the counts of the whole broker, including objects that are deleted or closed.</summary>
    public static SampledCounts Of(MessageBroker broker, string dataDirectory, SampleQuery query)
    {
        var counts = new SampledCounts(query, StatisticRows.BrokerWidth, broker.Statistics.Samples);
        StatisticRows.Read(broker.Statistics, broker.VirtualHosts.All, dataDirectory, counts._now);
        return counts;
    }

    public long this[int column] => _now[column];

    /// <summary>
    /// Time of the last change of the counts, in milliseconds since 1970-01-01 UTC. Null if the counts changed in the latest sample or have
    /// never changed.
    /// </summary>
    public long? ChangedAt => _series[0] is { ChangedAt: > 0 and var changed } && changed != _query.Last ? changed : null;

    /// <summary>True if <paramref name="count"/> consecutive columns, starting at <paramref name="column"/>, are all 0.</summary>
    public bool IsEmpty(int column, int count) => !_now.AsSpan(column, count).ContainsAnyExcept(0);

    /// <summary>Writes the counts of consecutive columns, each with its name, rate and samples.</summary>
    /// <param name="json">Writer inside an object.</param>
    /// <param name="names">Names of the counts.</param>
    /// <param name="column">Column of the first count.</param>
    /// <param name="times">
    /// Times of the requested samples, latest first, in milliseconds since 1970-01-01 UTC; null if no samples are requested.
    /// </param>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<string> names, int column, long[]? times)
    {
        for (int i = 0; i < names.Length; i++)
        {
            json.WriteNumber(names[i], _now[column + i]);
            WriteDetails(json, names[i], column + i, times);
        }
    }

    /// <summary>
    /// Writes the object <c>message_stats</c> with the counts of messages. If all counts are 0, writes nothing, as RabbitMQ does; but with
    /// <paramref name="isAlwaysThere"/>, writes an empty object.
    /// </summary>
    public void WriteMessageStatistics(Utf8JsonWriter json, bool isAlwaysThere = false)
    {
        bool publishes = !IsEmpty(0, StatisticRows.Publishing.Length);
        bool delivers = !IsEmpty(StatisticRows.ChannelDelivering, StatisticRows.Delivering.Length);
        if (!publishes && !delivers && !isAlwaysThere)
            return;
        json.WriteStartObject("message_stats");
        if (publishes)
            Write(json, StatisticRows.Publishing, 0, _query.MessageRates);
        if (delivers)
            Write(json, StatisticRows.Delivering, StatisticRows.ChannelDelivering, _query.MessageRates);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>message_stats</c> of a queue. If all its counts are 0, writes nothing, as RabbitMQ does.</summary>
    /// <param name="json">Writer inside of the object of the queue.</param>
    /// <param name="window">The keys of the queue, which count dropped repeats; null if the queue accepts repeats.</param>
    public void WriteQueueStatistics(Utf8JsonWriter json, DeduplicationWindow? window = null)
    {
        bool publishes = _now[0] != 0, delivers = !IsEmpty(StatisticRows.QueueDelivering, StatisticRows.Delivering.Length);
        if (!publishes && !delivers && window is not { Repeats: > 0 })
            return;
        json.WriteStartObject("message_stats");
        if (publishes)
            Write(json, StatisticRows.Publishing.AsSpan(0, 1), 0, _query.MessageRates);
        if (delivers)
            Write(json, StatisticRows.Delivering, StatisticRows.QueueDelivering, _query.MessageRates);
        DeduplicationView.WriteRepeats(json, window);
        json.WriteEndObject();
    }

    private void WriteDetails(Utf8JsonWriter json, string name, int column, long[]? times)
    {
        double rate = 0;
        foreach (var series in _series)
            rate += series?.Rate(column, _query.Last, _query.Before) ?? 0;
        json.WriteStartObject($"{name}_details");
        WriteDouble(json, "rate", rate);
        if (times is not null)
            WriteSamples(json, column, times);
        json.WriteEndObject();
    }

    private void WriteSamples(Utf8JsonWriter json, int column, long[] times)
    {
        double sum = 0;
        long newest = 0, oldest = 0;
        json.WriteStartArray("samples");
        for (int i = 0; i < times.Length; i++)
        {
            long sample = 0;
            foreach (var series in _series)
                sample += series?.At(times[i], column) ?? 0;
            json.WriteStartObject();
            json.WriteNumber("sample", sample);
            json.WriteNumber("timestamp", times[i]);
            json.WriteEndObject();
            sum += sample;
            newest = i == 0 ? sample : newest;
            oldest = sample;
        }
        json.WriteEndArray();
        double seconds = (times[0] - times[^1]) / 1000.0;
        WriteDouble(json, "avg_rate", seconds == 0 ? 0 : (newest - oldest) / seconds);
        WriteDouble(json, "avg", sum / times.Length);
    }

    /// <summary>Writes a number with a decimal point, as Erlang does, because some clients distinguish 0 from 0.0.</summary>
    public static void WriteDouble(Utf8JsonWriter json, string name, double number)
    {
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(number, text, out int length);
        if (text[..length].IndexOfAny(".E"u8) < 0)
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }
        json.WritePropertyName(name);
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }

    /// <summary>Formats a time as in RabbitMQ's <c>idle_since</c>.</summary>
    public static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+00:00'", System.Globalization.CultureInfo.InvariantCulture);
}
