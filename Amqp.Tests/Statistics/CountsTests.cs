using System.Reflection;
using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Tests.Statistics;

/// <summary>Every count of messages has its own name. The totals still contain the counts of deleted objects.</summary>
public sealed class CountsTests
{
    [Test]
    public void A_sum_adds_each_count_to_its_own()
    {
        var sum = Counts(1);
        sum.Add(Counts(1_000));

        Assert.That(NumbersOf(sum), Is.EqualTo(NumbersOf(Counts(1)).Select(number => number * 1_001)));
        Assert.That(NumbersOf(sum.Deliveries), Is.EqualTo(NumbersOf(Counts(1).Deliveries).Select(number => number * 1_001)));
        Assert.That(
            new TrafficCounts(1, 2, 3, 4) + new TrafficCounts(10, 20, 30, 40),
            Is.EqualTo(new TrafficCounts(11, 22, 33, 44)));
    }

    [Test]
    public void What_is_read_while_it_changes_is_each_count_under_its_own_name()
    {
        var deliveries = Counts(1).Deliveries;

        Assert.That(NumbersOf(DeliveryCounts.Read(ref deliveries)), Is.EqualTo(NumbersOf(deliveries)));
        Assert.That(deliveries.All, Is.EqualTo(deliveries.Deliver + deliveries.DeliverNoAck + deliveries.Get + deliveries.GetNoAck));
    }

    [Test]
    public void A_row_has_each_count_where_its_name_stands()
    {
        long[] row = new long[StatisticRows.ChannelWidth];
        StatisticRows.Read(Counts(1), row);

        var named = StatisticRows.Publishing.Concat(StatisticRows.Delivering)
            .Zip(row)
            .ToDictionary(pair => pair.First, pair => pair.Second);
        var expected = new Dictionary<string, long>
        {
            ["publish"] = 1,
            ["confirm"] = 4,
            ["return_unroutable"] = 5,
            ["drop_unroutable"] = 6,
            ["deliver"] = 11,
            ["deliver_no_ack"] = 12,
            ["get"] = 13,
            ["get_no_ack"] = 14,
            ["get_empty"] = 15,
            ["ack"] = 16,
            ["redeliver"] = 17,
            ["deliver_get"] = 50,
        };
        Assert.That(named, Is.EquivalentTo(expected));
    }

    [Test]
    public void A_row_of_the_broker_has_what_comes_and_goes_where_its_name_stands()
    {
        var statistics = new BrokerStatistics();
        foreach (var churn in Enum.GetValues<Churn>())
            for (int times = 0; times <= (int)churn; times++)
                statistics.Note(churn);

        long[] row = new long[StatisticRows.BrokerWidth];
        StatisticRows.Read(statistics, [], Path.GetTempPath(), row);

        var named = StatisticRows.ChurnRates.Zip(row[StatisticRows.BrokerChurn..])
            .ToDictionary(pair => pair.First.Replace("_", "", StringComparison.Ordinal), pair => pair.Second);
        Assert.That(
            named,
            Is.EquivalentTo(Enum.GetValues<Churn>().ToDictionary(churn => $"{churn}".ToLowerInvariant(), churn => (long)churn + 1)));
    }

    [Test]
    public void A_row_of_the_broker_has_what_the_process_takes_where_its_name_stands()
    {
        long[] row = new long[StatisticRows.BrokerWidth];
        int collections = GC.CollectionCount(0);
        StatisticRows.Read(new BrokerStatistics(), [], Path.GetTempPath(), row);

        var named = StatisticRows.Node.Zip(row[StatisticRows.BrokerNode..]).ToDictionary(pair => pair.First, pair => pair.Second);
        Assert.That(named["gc_num"], Is.InRange(collections, GC.CollectionCount(0)));
        Assert.That(named["mem_used"], Is.InRange(Environment.WorkingSet / 4, Environment.WorkingSet * 4));
        long free = DiskSpace.Free(Path.GetTempPath())!.Value;
        Assert.That(named["disk_free"], Is.InRange(free / 4, free * 4));
        Assert.That(new[] { named["fd_used"], named["proc_used"] }, Is.All.InRange(1, 1_000_000));
    }

    [Test]
    public void A_body_belongs_to_the_smallest_class_that_it_fits_in()
    {
        var sizes = default(SizeCounts);
        int[] bounds = [.. SizeCounts.Bounds];
        long bytes = 0;
        foreach (int bound in bounds)
            foreach (int size in new[] { bound, bound + 1 })
            {
                sizes.Note(size);
                bytes += size;
            }

        Assert.That(
            Enumerable.Range(0, bounds.Length + 1).Select(index => sizes[index]),
            Is.EqualTo([1, .. Enumerable.Repeat(2, bounds.Length - 1), 1]));
        Assert.That(sizes.Bytes, Is.EqualTo(bytes));
    }

    [Test]
    public void A_sum_of_sizes_adds_each_class_to_its_own_and_so_does_what_is_read_meanwhile()
    {
        var (one, other) = (default(SizeCounts), default(SizeCounts));
        int[] sizes = [.. SizeCounts.Bounds, SizeCounts.Bounds[^1] + 1];
        for (int i = 0; i < sizes.Length; i++)
        {
            one.Note(sizes[i]);
            for (int times = 0; times <= i; times++)
                other.Note(sizes[i]);
        }

        one.Add(other);
        var read = SizeCounts.Read(ref one);

        Assert.That(Enumerable.Range(0, sizes.Length).Select(index => read[index]), Is.EqualTo(Enumerable.Range(2, sizes.Length)));
        Assert.That(read.Bytes, Is.EqualTo(sizes.Select((size, index) => size * (index + 2L)).Sum()));
    }

    [Test]
    public void A_publisher_is_an_open_channel_that_has_published()
    {
        var host = new VirtualHostStatistics(new BrokerStatistics());
        var publisher = host.OpenChannel();
        publisher.TallyOf(NewExchange("x").Counts).Note(queues: 0);
        host.OpenChannel().Deliveries.Get = 1;
        Assert.That(host.CountPublishers(), Is.EqualTo(1));

        host.Close(publisher);

        Assert.That(host.CountPublishers(), Is.Zero);
    }

    [Test]
    public void What_an_exchange_has_counted_is_carried_to_it_once_and_with_the_end_of_the_channel()
    {
        var host = new VirtualHostStatistics(new BrokerStatistics());
        var exchange = NewExchange("x");
        var channel = host.OpenChannel();
        for (int i = 0; i < 3; i++)
            channel.TallyOf(exchange.Counts).Note(queues: 2);
        host.CarryExchanges();
        host.CarryExchanges();
        Assert.That((exchange.Counts.In, exchange.Counts.Out), Is.EqualTo((3L, 6L)));

        channel.TallyOf(exchange.Counts).Note(queues: 5);
        Assert.That((exchange.Counts.In, exchange.Counts.Out), Is.EqualTo((3L, 6L)), "tallies are added only on demand");
        host.Close(channel);
        host.CarryExchanges();

        Assert.That((exchange.Counts.In, exchange.Counts.Out), Is.EqualTo((4L, 11L)));
    }

    /// <summary>
    /// A channel publishes to more and more exchanges. The channel drops the counts of some exchanges, but its total contains all
    /// publishes.
    /// </summary>
    [Test]
    public void What_went_to_exchanges_that_are_gone_stays_counted_and_they_are_let_go_of()
    {
        var counts = new ChannelCounts();
        var stays = NewExchange("stays");
        counts.TallyOf(stays.Counts).Note(queues: 3);
        for (int i = 0; i < 200; i++)
        {
            var gone = NewExchange($"gone {i}");
            counts.TallyOf(gone.Counts).Note(queues: 2);
            gone.MarkDeleted();
        }

        var read = counts.Read();

        Assert.That((read.Publish, read.Routed), Is.EqualTo((201L, 403L)));
        Assert.That(counts.Tallies().Select(tally => tally.Exchange), Has.Member(stays.Counts));
        Assert.That(counts.Tallies(), Has.Length.LessThan(100));
        Assert.That(counts.TallyOf(stays.Counts).In, Is.EqualTo(1), "its tally was kept");
    }

    [Test]
    public void What_clients_of_a_deleted_virtual_host_did_stays_counted_whether_they_ended_before_or_after([Values] bool isBefore)
    {
        var broker = new BrokerStatistics();
        var host = new VirtualHostStatistics(broker);
        var channel = host.OpenChannel();
        channel.Deliveries.Ack = 5;
        var connection = new ConnectionCounts();
        host.Open(connection);
        connection.NoteReceived(7);
        connection.NoteSent(9);

        if (!isBefore)
            host.Delete();
        for (int times = 0; times < 2; times++) // the end of an object may be reported twice; only the first report counts
        {
            host.Close(channel);
            host.Close(connection);
        }
        if (isBefore)
            host.Delete();

        Assert.That(broker.Messages([]).Deliveries.Ack, Is.EqualTo(5));
        Assert.That(broker.Traffic([]), Is.EqualTo(new TrafficCounts(7, 1, 9, 1)));
        Assert.That((broker.Count(Churn.ChannelClosed), broker.Count(Churn.ConnectionClosed)), Is.EqualTo((1L, 1L)));
        Assert.That((host.ChannelCount, host.ConnectionCount), Is.EqualTo((0, 0)));
    }

    /// <summary>
    /// Clients try to log in with endlessly many names and addresses. Only a limited number of names and addresses has counts of its own.
    /// </summary>
    [Test]
    public void Sources_of_logins_are_counted_up_to_a_number_of_them_and_forgotten_apart_from_the_sums()
    {
        var attempts = new AuthenticationAttempts { TracksSources = true };
        for (int i = 0; i < 5_000; i++)
            attempts.Note("amqp091", "address", $"user {i}", isSuccess: false);
        attempts.Note("amqp091", "address", "user 0", isSuccess: true);

        Assert.That(attempts.BySource(), Has.Count.EqualTo(4_096));
        Assert.That(attempts.BySource().Single(source => source.User == "user 0"), Is.EqualTo(("address", "user 0", "amqp091", 1L, 1L)));
        Assert.That(attempts.ByProtocol(), Is.EqualTo([("amqp091", 1L, 5_000L)]));

        attempts.ResetSources();
        Assert.That((attempts.BySource().Count, attempts.ByProtocol().Count), Is.EqualTo((0, 1)));
        attempts.Note("http", "address", "user 0", isSuccess: true);
        attempts.Reset();
        Assert.That((attempts.BySource().Count, attempts.ByProtocol().Count), Is.EqualTo((1, 0)));
    }

    /// <summary>Returns counts that all differ from one another. Each count is multiplied by <paramref name="times"/>.</summary>
    private static MessageCounts Counts(long times) => new()
    {
        Publish = 1 * times,
        Routed = 2 * times,
        PublishConfirm = 3 * times,
        Confirm = 4 * times,
        ReturnUnroutable = 5 * times,
        DropUnroutable = 6 * times,
        Deliveries = new DeliveryCounts
        {
            Deliver = 11 * times,
            DeliverNoAck = 12 * times,
            Get = 13 * times,
            GetNoAck = 14 * times,
            GetEmpty = 15 * times,
            Ack = 16 * times,
            Redeliver = 17 * times,
        },
    };

    private static IEnumerable<long> NumbersOf<TCounts>(TCounts counts)
        where TCounts : struct => typeof(TCounts).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Where(field => field.FieldType == typeof(long))
            .Select(field => (long)field.GetValue(counts)!);

    private static Exchange NewExchange(string name) => new(name, "fanout", new FanoutRouter(), ExchangeFlags.None, FieldTable.Empty);
}
