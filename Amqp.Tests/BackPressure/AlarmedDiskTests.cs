using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Policies;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// While the disk alarm is set, the broker delays its own messages, such as dead letters, and continues with all other work.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AlarmedDiskTests
{
    private const int Count = 100;

    private static readonly BasicProperties _persistent = new() { DeliveryMode = 2 };

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private RawChannel _channel = null!;
    private long _letters;

    private MessageBroker Broker => _broker.Broker;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync();
        _client = await RawClient.DialAsync(new UriBuilder("amqp", "127.0.0.1", _broker.Port).Uri);
        await _client.OpenAsync();
        _channel = await _client.OpenChannelAsync();
        await DeclareAsync("letters", FieldTable.Empty);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task What_expires_waits_in_its_queue_until_the_disk_has_room_and_transient_messages_do_not()
    {
        await DeclareAsync("expiring", DeadLetters().With("x-message-ttl", FieldValue.FromInt32(300)));
        await DeclareAsync("transient", DeadLetters("others").With("x-message-ttl", FieldValue.FromInt32(300)));
        await DeclareAsync("others", FieldTable.Empty);
        await _channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        for (int i = 0; i < Count; i++)
            await _channel.PublishAsync("", "expiring", $"{i}", _persistent);
        await _channel.PublishAsync("", "transient", "not written");
        await CommitUnderAlarmAsync();
        long written = Broker.Store.AppendedPosition;

        await Eventually.Holds(async () => await CountAsync("others") == 1, () => "the transient message does not arrive");
        await Eventually.Holds(async () => await CountAsync("expiring") < Count, () => "nothing has expired");
        Assert.That(await CountAsync("letters"), Is.Zero);
        Assert.That(Broker.Store.AppendedPosition, Is.EqualTo(written));

        Clear();
        await DemandLettersAsync();
        await _channel.PublishAsync("", "expiring", "later", _persistent);
        await _channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        await Eventually.Holds(async () => await CountAsync("letters") == 1, () => "messages no longer expire");
    }

    [Test]
    public async Task What_a_consumer_rejects_is_dead_lettered_all_the_same()
    {
        await DeclareAsync("rejected", DeadLetters());
        for (int i = 0; i < Count; i++)
            await _channel.PublishAsync("", "rejected", $"{i}", _persistent);
        await _channel.ExpectQuietAsync();
        Raise();
        await _channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, 1, false));
        await _channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume("rejected", "", false, false, false, false, FieldTable.Empty));

        for (int i = 0; i < Count; i++)
        {
            // the prefetch count is 1, so this message arrives only when the previous message is settled
            var delivery = await _channel.ExpectDeliveryAsync();
            Assert.That(delivery.Text, Is.EqualTo($"{i}"));
            await _channel.SendAsync(new BasicReject(delivery.Method.DeliveryTag, Requeue: false));
        }
        await DemandLettersAsync();
        Assert.That(Broker.Alarms.IsDiskShort, Is.True);
    }

    [Test]
    public async Task What_makes_room_in_a_queue_waits_too()
    {
        await DeclareAsync("long", DeadLetters());
        for (int i = 0; i < Count; i++)
            await _channel.PublishAsync("", "long", $"{i}", _persistent);
        await _channel.ExpectQuietAsync();
        Raise();

        Broker.VirtualHosts.Find("/")!.Policies.Put(
            new Policy(PolicyKind.User, "short", "^long$", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt32(0))));

        await Eventually.Holds(async () => await CountAsync("long") < Count, () => "the queue does not get shorter");
        Assert.That(await CountAsync("letters"), Is.Zero);
        Clear();
        await DemandLettersAsync();
    }

    [Test]
    public async Task What_is_dead_lettered_to_nowhere_makes_room_all_the_same()
    {
        await DeclareAsync("rejected", DeadLetters("not there"));
        await _channel.PublishAsync("", "rejected", "gone", _persistent);
        var message = await _channel.GetAsync("rejected", noAck: false);
        Raise();
        long written = Broker.Store.AppendedPosition;

        await _channel.SendAsync(new BasicReject(message.Method.DeliveryTag, Requeue: false));

        await Eventually.Holds(() => Broker.Store.AppendedPosition > written, () => "the message is not settled");
    }

    [Test]
    public async Task What_was_delayed_waits_on_when_it_would_be_written_and_else_does_not()
    {
        await _channel.DeclareExchangeAsync(
            "delayed", "x-delayed-message", arguments: FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("direct")));
        await _channel.BindQueueAsync("letters", "delayed", "letters");
        var headers = FieldTable.Empty.With("x-delay", FieldValue.FromInt32(300));
        await DeclareAsync("others", FieldTable.Empty);
        await _channel.BindQueueAsync("others", "delayed", "others");
        await _channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await _channel.PublishAsync("delayed", "others", "not written", new() { Headers = headers });
        for (int i = 0; i < Count; i++)
            await _channel.PublishAsync("delayed", "letters", $"{i}", _persistent with { Headers = headers });
        await CommitUnderAlarmAsync();
        long written = Broker.Store.AppendedPosition;

        await Eventually.Holds(async () => await CountAsync("others") == 1, () => "the transient message does not arrive");
        Assert.That(await CountAsync("letters"), Is.Zero);
        Assert.That(Broker.Store.AppendedPosition, Is.EqualTo(written));

        Clear();
        await DemandLettersAsync();
        Assert.That(Broker.Faults.Total, Is.Zero);
    }

    [Test]
    public async Task What_is_returned_to_a_quorum_queue_is_not_written_anew()
    {
        await DeclareAsync("quorum", FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum")));
        await _channel.PublishAsync("", "quorum", new string('x', 10_000), _persistent);
        var message = await _channel.GetAsync("quorum", noAck: false);
        Raise();
        long written = Broker.Store.AppendedPosition;

        await _channel.SendAsync(new BasicReject(message.Method.DeliveryTag, Requeue: true));

        await Eventually.Holds(async () => await CountAsync("quorum") == 1, () => "the message does not return to the queue");
        Assert.That(Broker.Store.AppendedPosition - written, Is.LessThan(1_000));
        Assert.That((await _channel.GetAsync("quorum")).Method.Redelivered, Is.True);
    }

    private static FieldTable DeadLetters(string key = "letters") => FieldTable.Empty
        .With("x-dead-letter-exchange", FieldValue.FromString(key == "not there" ? key : ""))
            .With("x-dead-letter-routing-key", FieldValue.FromString(key));

    /// <summary>Commits a transaction during the disk alarm. The publishes of the transaction came before the alarm.</summary>
    private async Task CommitUnderAlarmAsync()
    {
        await _channel.ExpectQuietAsync();
        Raise();
        await _channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
    }

    private void Raise()
    {
        Broker.Alarms.SetDiskLimit(long.MaxValue);
        Assert.That(Broker.Alarms.IsDiskShort, Is.True);
    }

    private void Clear()
    {
        Broker.Alarms.SetDiskLimit(1);
        Assert.That(Broker.Alarms.IsDiskShort, Is.False);
    }

    private async Task DemandLettersAsync()
    {
        await Eventually.Holds(async () => (_letters = await CountAsync("letters")) == Count, () => $"{_letters} letters have arrived");
        for (int i = 0; i < Count; i++)
            Assert.That((await _channel.GetAsync("letters")).Text, Is.EqualTo($"{i}"));
    }

    private async Task<long> CountAsync(string queue) => (await _channel.LookUpQueueAsync(queue)).MessageCount;

    private Task<QueueDeclareOk> DeclareAsync(string queue, FieldTable arguments) =>
        _channel.CallAsync<QueueDeclare, QueueDeclareOk>(new QueueDeclare(queue, false, Durable: true, false, false, false, arguments));
}
