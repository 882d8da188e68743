using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// A delaying exchange delivers no message early or out of order, and keeps no memory for delivered messages. The tests set the clock.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DelayedMessagesTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly Exchange _exchange;
    private readonly Queue _queue;
    private readonly long _heldBefore;

    public DelayedMessagesTests()
    {
        _exchange = _broker.Host.Topology.DeclareExchange(
            "x", "x-delayed-message", ExchangeFlags.Durable, FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
        _queue = _broker.Declare("q", QueueFlags.Durable);
        _broker.Host.Topology.Bind("x", _queue, "", FieldTable.Empty, _broker.Round);
        _heldBefore = _broker.Broker.Memory.Held.Bytes;
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public async Task A_message_comes_when_its_whole_delay_is_over_and_no_millisecond_before()
    {
        Delay(999, body: 1); // due 1 ms before the other message, and must not be delivered together with it
        Delay(1_000, body: 2);
        _broker.Clock.Advance(1_000);
        await ComeAsync(1);
        Assert.That(_queue.Counts.Ready, Is.EqualTo(1));

        _broker.Clock.Advance(1);

        await ComeAsync(2);
        Assert.That(Bodies(), Is.EqualTo([1, 2]));
    }

    [Test]
    public async Task Messages_come_in_the_order_in_which_they_are_due_and_of_those_that_are_due_together_the_first_goes_first()
    {
        foreach (var (delay, body) in new[] { (300, 4), (100, 1), (100, 2), (300, 5), (100, 3), (500, 6) })
            Delay(delay, body);

        _broker.Clock.Advance(1_000);

        await ComeAsync(6);
        Assert.That(Bodies(), Is.EqualTo([1, 2, 3, 4, 5, 6]));
        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(_heldBefore), "no delayed message is left");
    }

    [Test]
    public async Task A_message_that_waited_has_its_own_priority_and_its_own_time_from_then_on()
    {
        var queue = _broker.Declare("by priority", ("x-max-priority", 5));
        _broker.Host.Topology.Bind("x", queue, "", FieldTable.Empty, _broker.Round);
        Delay(100, body: 1, priority: 1, expiration: "1000");
        Delay(100, body: 2, priority: 2, expiration: "2000");
        _broker.Clock.Advance(101);
        await Eventually.Holds(() => queue.Counts.Ready == 2, () => $"{queue.Counts.Ready} came");

        _broker.Clock.Advance(1_999);
        long before = queue.Counts.Ready;
        _broker.Clock.Advance(1);

        Assert.That((before, queue.Counts.Ready), Is.EqualTo((2L, 0L)), "the message with the higher priority is in front");
    }

    [Test]
    public async Task A_delivered_message_is_settled_together_with_the_copy_that_outlives_a_crash([Values] bool isPersistent)
    {
        var settles = new List<bool>();
        _broker.Store.BeforeSettle = (_, isBound) => settles.Add(isBound);
        Delay(10, body: 1, isPersistent);

        _broker.Clock.Advance(11);

        await ComeAsync(1);
        await Eventually.Holds(() => settles.Count == 1, () => $"{settles.Count} settles");
        Assert.That(settles, Is.EqualTo([isPersistent]));
    }

    [Test]
    public void A_deleted_exchange_lets_go_of_what_waits()
    {
        long memory = _broker.Store.MemoryInUse;
        for (int i = 0; i < 10; i++)
            Delay(1_000, body: 300_000);
        Assert.That((_exchange.DelayedCount, _broker.Broker.Memory.Held.Bytes > _heldBefore), Is.EqualTo((10L, true)));

        _broker.Host.Topology.DeleteExchange("x", ifUnused: false);
        _broker.Clock.Advance(5_000);

        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(_heldBefore));
        Assert.That(_broker.Store.MemoryInUse, Is.LessThan(memory + 600_000));
        Delay(1_000, body: 300_000); // publishes to the deleted exchange, like a publisher that has cached the route
        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(_heldBefore));
        Assert.That(_broker.Store.MemoryInUse, Is.LessThan(memory + 600_000));
    }

    [Test]
    public async Task One_that_could_not_be_routed_comes_once_it_is_returned()
    {
        var delayed = ((DelayedMessageRouter)_exchange.Keeper!).Delayed;
        Delay(100, body: 1);
        _broker.Store.Break("Append", _queue.Messages.Number);
        _broker.Clock.Advance(101);
        await Eventually.Holds(
            () => delayed.Quarantine.QuarantinedCount == 1 && delayed.Count == 0,
            () => $"{delayed.Quarantine.QuarantinedCount} are quarantined, {delayed.Count} are delayed");
        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(_heldBefore), "a quarantined message is not delayed");

        Assert.That(delayed.Quarantine.ReturnQuarantined(delayed.Quarantine.Quarantined[0].Place, _broker.Round));
        _broker.Clock.Advance(1);

        await ComeAsync(1);
        await Eventually.Holds(() => _broker.Broker.Memory.Held.Bytes == _heldBefore, () => "the message is still delayed");
        Assert.That((delayed.Quarantine.QuarantinedCount, delayed.Count), Is.EqualTo((0, 0L)));
    }

    private void Delay(int milliseconds, int body, bool isPersistent = false, byte? priority = null, string? expiration = null)
    {
        byte[] properties = Encoded.Properties(new BasicProperties
        {
            DeliveryMode = isPersistent ? (byte)2 : (byte)1,
            Priority = priority,
            Expiration = expiration,
            Headers = FieldTable.Empty.With("x-delay", FieldValue.FromInt32(milliseconds)),
        });
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString("x");
        writer.WriteShortString("");
        byte[] head = EncodedMessage.NewHead(address.WrittenSpan, properties, default);
        var finder = new RouteFinder(_broker.Host.Routing);
        _broker.Host.Routing.Follow(
            _exchange, RoutedMessage.Of(address.WrittenSpan, properties, EncodedProperties.Read(properties).Headers, []), finder);
        new MessageIntake(_broker.Host.Services)
            .Store(finder.ToRoute(), head, new byte[body], new MessageTraits(isPersistent, 0, Expiry.None), _broker.Round);
    }

    private Task ComeAsync(int messages) =>
        Eventually.Holds(() => _queue.Counts.Ready >= messages, () => $"{_queue.Counts.Ready} of {messages} came");

    private IEnumerable<int> Bodies() => _broker.Consume(_queue).Held.Select(message => message.Length - MessageNote.Head(message));
}
