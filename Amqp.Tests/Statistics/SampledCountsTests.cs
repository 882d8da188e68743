using System.Buffers;
using System.Text.Json;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;
using Amqp.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Statistics;

/// <summary>
/// Responses of the HTTP API contain the right samples. The broker takes a sample every five seconds. The test sets the clock.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SampledCountsTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void Samples_are_what_the_count_was_at_each_time_with_their_average_and_what_came_in_a_second()
    {
        var queue = _broker.Declare("q");
        foreach (int messages in new[] { 10, 20, 30 })
        {
            for (int i = 0; i < messages; i++)
                _broker.Publish(queue);
            _broker.Clock.Advance(5_000);
        }
        long latest = _broker.Clock.GetTimestamp();
        _broker.Clock.Pass(2_000); // the request comes between two samples, but the answer contains the times of samples only
        var query = Query("?lengths_age=10&lengths_incr=5");

        var details = Written(
            json => SampledCounts.Of(queue, query).Write(json, StatisticRows.Depth, StatisticRows.QueueDepth, query.Lengths))
            .GetProperty("messages_details");

        var samples = details.GetProperty("samples")
            .EnumerateArray()
            .Select(sample => (sample.GetProperty("timestamp").GetInt64(), sample.GetProperty("sample").GetInt64()));
        Assert.That(samples, Is.EqualTo(new[] { (latest, 60L), (latest - 5_000, 30L), (latest - 10_000, 10L) }));
        Assert.That(details.GetProperty("rate").GetDouble(), Is.EqualTo(6), "over the last five seconds");
        Assert.That(details.GetProperty("avg_rate").GetDouble(), Is.EqualTo(5), "over all ten seconds");
        Assert.That(details.GetProperty("avg").GetDouble(), Is.EqualTo(100 / 3.0).Within(1e-6));
    }

    [Test]
    public void Several_virtual_hosts_are_the_sum_of_them_in_counts_rates_and_samples()
    {
        VirtualHost[] hosts = [_broker.Host, _broker.Broker.VirtualHosts.Put("other", VirtualHostDescription.None)];
        ChannelCounts[] channels = [.. hosts.Select(host => host.Statistics.OpenChannel())];
        foreach (var (one, other) in new[] { (10, 20), (30, 70) })
        {
            (channels[0].Deliveries.Ack, channels[1].Deliveries.Ack) = (one, other);
            _broker.Clock.Advance(5_000);
        }
        var query = Query("?msg_rates_age=5&msg_rates_incr=5");

        var statistics = Written(json => SampledCounts.Of(hosts, query).WriteMessageStatistics(json)).GetProperty("message_stats");

        var details = statistics.GetProperty("ack_details");
        Assert.That((statistics.GetProperty("ack").GetInt64(), details.GetProperty("rate").GetDouble()), Is.EqualTo((100L, 14.0)));
        Assert.That(
            details.GetProperty("samples").EnumerateArray().Select(sample => sample.GetProperty("sample").GetInt64()),
            Is.EqualTo(new[] { 100, 30 }));
    }

    [Test]
    public void A_range_has_its_two_ends_and_no_more_samples_than_there_may_be()
    {
        string[] queries =
        [
            "age=60&lengths_incr=60", "age=59&lengths_incr=60", "age=998&lengths_incr=1", "age=2147483647&lengths_incr=1", "age=60",
            "age=60&lengths_incr=x"
        ];

        Assert.That(
            queries.Select(query => Query($"?lengths_{query}").Lengths?.Length),
            Is.EqualTo(new int?[] { 2, 1, 999, 1_000, null, null }));
    }

    [Test]
    public void A_queue_is_idle_since_the_sample_that_found_it_changed_and_not_while_it_changes()
    {
        var queue = _broker.Declare("q");
        _broker.Publish(queue);
        _broker.Clock.Advance(5_000);
        long changed = _broker.Clock.GetTimestamp();
        Assert.That(SampledCounts.Of(queue, Query("")).ChangedAt, Is.Null);

        _broker.Clock.Advance(10_000);
        Assert.That(SampledCounts.Of(queue, Query("")).ChangedAt, Is.EqualTo(changed));

        _broker.Publish(queue);
        _broker.Clock.Advance(5_000);
        Assert.That(SampledCounts.Of(queue, Query("")).ChangedAt, Is.Null);
    }

    [Test]
    public void What_never_happened_is_left_out_of_message_statistics()
    {
        string[] published = ["publish", "confirm", "return_unroutable", "drop_unroutable"],
            delivered = ["deliver", "deliver_no_ack", "get", "get_no_ack", "get_empty", "ack", "redeliver", "deliver_get"];
        ChannelCounts none = new(), publisher = new(), consumer = new(), both = new();
        publisher.NoteConfirmed(1);
        consumer.Deliveries.Ack = 1;
        both.NoteUnrouted(isReturned: true);
        both.Deliveries.GetEmpty = 1;
        var query = Query("");
        foreach (var (channel, fields) in new[]
        {
            (none, (string[]?)null),
            (publisher, published),
            (consumer, delivered),
            (both, [.. published, .. delivered])
        })
            Assert.That(Fields(Written(json => SampledCounts.Of(channel, query).WriteMessageStatistics(json))), Is.EqualTo(fields));
        Assert.That(
            Fields(Written(json => SampledCounts.Of(none, query).WriteMessageStatistics(json, isAlwaysThere: true))),
            Is.Empty.And.Not.Null);

        Queue quiet = _broker.Declare("quiet"), filled = _broker.Declare("filled"), asked = _broker.Declare("asked");
        _broker.Publish(filled);
        BareBroker.Get(asked);
        foreach (var (queue, fields) in new[] { (quiet, (string[]?)null), (filled, ["publish"]), (asked, delivered) })
            Assert.That(Fields(Written(json => SampledCounts.Of(queue, query).WriteQueueStatistics(json))), Is.EqualTo(fields));

        static string[]? Fields(JsonElement json) => json.TryGetProperty("message_stats", out var statistics)
            ? [.. statistics.EnumerateObject()
                .Select(field => field.Name)
                .Where(name => !name.EndsWith("_details", StringComparison.Ordinal))]
            : null;
    }

    private SampleQuery Query(string query)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        var services = new ManagementServices(new(() => _broker.Broker), null!, new BrokerOptions(), () => [], null!, NullLogger.Instance)
        {
            Sessions = null!,
            Shovels = null!,
            Federation = null!,
            RecentLog = null!,
            RecentEvents = null!,
            Stop = () => { }
        };
        using var request = new ApiRequest(http, services, ApiUser.Nobody);
        return new SampleQuery(request);
    }

    private static JsonElement Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return document.RootElement.Clone();
    }
}
