using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>
/// A ring buffer holds the unacknowledged deliveries of a channel. The tests compare its contents with those of a sorted set.
/// </summary>
public sealed class UnacknowledgedDeliveriesTests
{
    private BareBroker _broker = null!;
    private Queue _queue = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _broker = new BareBroker();
        _queue = _broker.Declare("q");
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    [Test]
    public void Whatever_is_settled_in_whatever_order_the_others_are_there([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var held = new HeldMemory();
        var deliveries = new UnacknowledgedDeliveries(held);
        var expected = new SortedSet<ulong>();
        ulong last = 0;
        for (int step = 0; step < 2_000; step++)
        {
            switch (random.Next(10))
            {
                case < 5:
                    // The test skips some tags, because deliveries to consumers without acknowledgement use tags as well.
                    last += (ulong)random.Next(1, random.Next(4) == 0 ? 100 : 2);
                    deliveries.Add(Of(last));
                    expected.Add(last);
                    break;
                case < 8:
                    ulong tag = (ulong)random.NextInt64((long)last + 3);
                    Assert.That(deliveries.Has(tag), Is.EqualTo(expected.Contains(tag)));
                    Assert.That(
                        (deliveries.TryTake(tag, out var taken), taken.Tag),
                        Is.EqualTo(expected.Remove(tag) ? (true, tag) : (false, 0UL)));
                    break;
                case 8:
                    ulong upTo = (ulong)random.NextInt64((long)last + 3);
                    for (int most = random.Next(20); most > 0; most--)
                    {
                        bool isThere = expected.Count > 0 && expected.Min <= upTo;
                        Assert.That(
                            (deliveries.TryTakeFirst(upTo, out var first), first.Tag),
                            Is.EqualTo(isThere ? (true, expected.Min) : (false, 0UL)));
                        expected.Remove(first.Tag);
                    }
                    break;
                default:
                    ulong within = (ulong)random.NextInt64((long)last + 3);
                    ulong found = expected.FirstOrDefault(each => each <= within && each % 3 == 0);
                    Assert.That(
                        (deliveries.TryFindFirst(within, each => each.Tag % 3 == 0, out var such), such.Tag),
                        Is.EqualTo((found != 0, found)));
                    break;
            }
            Assert.That(deliveries.Count, Is.EqualTo(expected.Count));
        }
        deliveries.Restore([]);
        Assert.That(expected.All(tag => deliveries.TryTakeFirst(ulong.MaxValue, out var next) && next.Tag == tag));
        deliveries.Close();
        Assert.That(held.Bytes, Is.Zero, "the ring's memory is released");
    }

    [Test]
    public void What_is_put_back_is_in_its_place()
    {
        var deliveries = new UnacknowledgedDeliveries(new HeldMemory());
        for (ulong tag = 1; tag <= 6; tag++)
            deliveries.Add(Of(tag));
        deliveries.TryTake(4, out var fourth);
        deliveries.TryTake(2, out var second);

        deliveries.Restore([fourth, second]);

        var tags = new List<ulong>();
        while (deliveries.TryTakeFirst(5, out var next))
            tags.Add(next.Tag);
        Assert.That(tags, Is.EqualTo(new ulong[] { 1, 2, 3, 4, 5 }));
        Assert.That(deliveries.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_delivery_that_is_never_acknowledged_does_not_make_the_ring_grow()
    {
        var held = new HeldMemory();
        var deliveries = new UnacknowledgedDeliveries(held);
        deliveries.Add(Of(1));
        for (ulong tag = 2; tag < 10_000; tag++)
        {
            deliveries.Add(Of(tag));
            Assert.That(deliveries.TryTake(tag, out _));
        }

        Assert.That(held.Bytes, Is.LessThan(2_000));
    }

    [Test]
    public void A_ring_that_was_large_is_not_kept()
    {
        var held = new HeldMemory();
        var deliveries = new UnacknowledgedDeliveries(held);
        for (ulong tag = 1; tag <= 100_000; tag++)
            deliveries.Add(Of(tag));
        Assert.That(held.Bytes, Is.GreaterThan(4_000_000));

        while (deliveries.TryTakeFirst(ulong.MaxValue, out _))
        {
            // The condition of the loop takes the deliveries.
        }

        Assert.That(held.Bytes, Is.Zero);
    }

    private Delivery Of(ulong tag) => Delivery.Of(tag, new StoredMessage((long)tag, 0, 0, 1, MessageFlags.None), _queue, consumer: null);
}
