using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>An x-recent-history exchange keeps messages in memory until newer messages replace them, or the exchange is deleted.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RecentHistoryMemoryTests : IAsyncDisposable
{
    private const int Body = 300_000; // bytes; large enough for a block of its own

    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void The_memory_of_those_that_give_way_and_of_all_with_the_exchange_is_given_back([Values] bool isBehindDelays)
    {
        var exchange = isBehindDelays
            ? Declare(
                "x-delayed-message",
                FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("x-recent-history"))
                    .With("x-recent-history-length", FieldValue.FromInt32(3)))
            : Declare("x-recent-history", FieldTable.Empty.With("x-recent-history-length", FieldValue.FromInt32(3)));
        long before = _broker.Store.MemoryInUse;
        for (int i = 0; i < 10; i++)
            Publish(exchange, Body + i);
        Assert.That(_broker.Store.MemoryInUse - before, Is.InRange(3 * Body, 6 * Body));

        var late = _broker.Declare("late");
        _broker.Host.Topology.Bind("x", late, "", FieldTable.Empty, _broker.Round);
        _broker.Round.Complete();
        Assert.That((late.Counts.Ready, late.Status.Bytes.Ready), Is.EqualTo((3L, (3L * Body) + 7 + 8 + 9)), "the last three messages");
        _broker.Host.Topology.DeleteQueue(late, ifUnused: false, ifEmpty: false);

        _broker.Host.Topology.DeleteExchange("x", ifUnused: false);
        Publish(exchange, Body); // publishes to the deleted exchange, like a publisher that has cached the route

        Assert.That(_broker.Store.MemoryInUse - before, Is.LessThan(2 * Body));
    }

    [TestCase("io")]
    [TestCase("access")]
    [TestCase("damage")]
    public void One_that_cannot_be_read_keeps_no_other_from_a_queue_that_is_bound_late(string failure)
    {
        var exchange = Declare("x-recent-history", FieldTable.Empty);
        for (int i = 1; i <= 3; i++)
            Publish(exchange, i);
        _broker.Store.BeforeRead = message =>
        {
            if (message.Sequence == 2)
                throw failure switch
                {
                    "io" => new IOException("injected"),
                    "access" => new UnauthorizedAccessException("injected"),
                    _ => new StoreDamagedException("file", 0, "injected"),
                };
        };

        Assert.That(BindLate("late"), Is.EqualTo((2L, 4L)));
        Assert.That(_broker.QueueLog.Lines, Is.EqualTo(
            new[] { "Error 317 A message of the recent history of exchange 'x' in vhost '/' cannot be read and is not replayed" }));

        _broker.Store.BeforeRead = static _ => { };
        Assert.That(BindLate("later"), Is.EqualTo((3L, 6L)), "the unreadable message was kept");
    }

    [Test]
    public void An_exchange_goes_on_keeping_messages_after_a_queue_could_not_take_them()
    {
        var exchange = Declare("x-recent-history", FieldTable.Empty);
        Publish(exchange, 1);
        _broker.Store.Break("Append", _broker.Declare("broken").Messages.Number);
        Assert.Throws<InvalidOperationException>(() => BindLate("broken"));

        Publish(exchange, 2);

        Assert.That(BindLate("late"), Is.EqualTo((2L, 3L)));
    }

    [Test]
    public void A_message_that_is_replayed_has_its_own_priority_and_its_own_time()
    {
        var exchange = Declare("x-recent-history", FieldTable.Empty);
        Publish(exchange, 1, new BasicProperties { Priority = 1, Expiration = "1000" });
        Publish(exchange, 2, new BasicProperties { Priority = 2 });
        Publish(exchange, 3, new BasicProperties { Priority = 3, Expiration = "2000" });
        var late = _broker.Declare("late", ("x-max-priority", 5));
        _broker.Clock.Advance(5_000); // messages in the history do not expire
        _broker.Host.Topology.Bind("x", late, "", FieldTable.Empty, _broker.Round);
        _broker.Round.Complete();

        var received = _broker.Consume(late);
        Assert.That(received.Held.Select(message => message.Length - MessageNote.Head(message)), Is.EqualTo(new[] { 3, 2, 1 }));
        received.Room = 0;
        late.Requeue([.. received.Held], isReturned: true);
        _broker.Serve(late);
        var ready = new List<long>();
        foreach (int milliseconds in new[] { 1_999, 1, 5_000 })
        {
            _broker.Clock.Advance(milliseconds);
            ready.Add(late.Counts.Ready);
        }

        Assert.That(ready, Is.EqualTo(new[] { 3, 2, 2 }), "the message in front does not expire then");
    }

    private (long Ready, long Bytes) BindLate(string name)
    {
        var queue = _broker.Declare(name);
        _broker.Host.Topology.Bind("x", queue, "", FieldTable.Empty, _broker.Round);
        _broker.Round.Complete();
        return (queue.Counts.Ready, queue.Status.Bytes.Ready);
    }

    private Exchange Declare(string type, FieldTable arguments) =>
        _broker.Host.Topology.DeclareExchange("x", type, ExchangeFlags.None, arguments);

    private void Publish(Exchange exchange, int body, BasicProperties? given = null)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString("x");
        writer.WriteShortString("");
        byte[] properties = given is null ? [0, 0] : Encoded.Properties(given);
        var finder = new RouteFinder(_broker.Host.Routing);
        _broker.Host.Routing.Follow(exchange, RoutedMessage.Of(address.WrittenSpan, properties, default, []), finder);
        new MessageIntake(_broker.Host.Services).Store(
            finder.ToRoute(), EncodedMessage.NewHead(address.WrittenSpan, properties, default), new byte[body],
            new MessageTraits(false, 0, Expiry.None), _broker.Round);
        _broker.Round.Complete();
    }
}
