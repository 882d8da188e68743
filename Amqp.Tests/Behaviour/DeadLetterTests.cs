using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Messages that a queue discards are routed to its dead letter exchange, with headers that describe the reason.</summary>
public class DeadLetterTests : BehaviourTests
{
    [Test]
    public async Task A_rejected_message_tells_where_it_died_and_why_in_RabbitMqs_bytes()
    {
        var channel = await OpenChannelAsync();
        var (queue, letters) = await DeclareAsync(channel);
        var headers = Table("zz", FieldValue.FromInt32(1))
            .With("CC", FieldValue.FromArray([FieldValue.FromString("nowhere")]))
            .With("aa", FieldValue.FromString("x"));
        await channel.PublishAsync(
            "", queue, "a", new() { Headers = headers, Expiration = "60000", Priority = 3, DeliveryMode = 2, CorrelationId = "c" });
        await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicReject(1, Requeue: false));

        var letter = await TakeAsync(channel, letters);
        var properties = Properties(letter);
        var expected = FieldTable.Empty
            .With("aa", FieldValue.FromString("x"))
            .With("x-death", FieldValue.FromArray([FieldValue.FromTable(FieldTable.Empty
                .With("count", FieldValue.FromInt64(1))
                .With("reason", FieldValue.FromString("rejected"))
                .With("queue", FieldValue.FromString(queue))
                .With("time", Deaths(letter)[0]["time"]!.Value)
                .With("exchange", FieldValue.FromString(""))
                .With("routing-keys", FieldValue.FromArray([FieldValue.FromString(queue), FieldValue.FromString("nowhere")]))
                .With("original-expiration", FieldValue.FromString("60000")))]))
            .With("x-first-death-exchange", FieldValue.FromString(""))
            .With("x-first-death-queue", FieldValue.FromString(queue))
            .With("x-first-death-reason", FieldValue.FromString("rejected"))
            .With("zz", FieldValue.FromInt32(1));
        Assert.That(Encoded.Fields(properties.Headers!), Is.EqualTo(Encoded.Fields(expected)));
        Assert.That(
            (properties.Expiration, properties.Priority, properties.DeliveryMode, properties.CorrelationId, letter.Text),
            Is.EqualTo(((string?)null, (byte?)3, (byte?)2, "c", "a")));
        Assert.That((letter.Method.Exchange, letter.Method.RoutingKey, letter.Method.Redelivered), Is.EqualTo(("", letters, false)));
        Assert.That(
            Deaths(letter)[0]["time"]!.Value.AsTimestamp(),
            Is.EqualTo((ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Within(60));
    }

    [Test]
    public async Task The_same_death_again_is_counted_and_a_new_one_stands_in_front()
    {
        var channel = await OpenChannelAsync();
        var (queue, letters) = await DeclareAsync(channel);
        string other = await DeclareQueueAsync(channel, DeadLetter("", letters).With("x-max-length", FieldValue.FromInt32(0)));
        await channel.PublishAsync("", queue, "a");

        await RejectAsync(channel, queue);
        var once = await TakeAsync(channel, letters);
        await channel.PublishAsync("", queue, "a", Properties(once));
        await RejectAsync(channel, queue);
        var twice = await TakeAsync(channel, letters);
        await channel.PublishAsync("", other, "a", Properties(twice));
        var elsewhere = await TakeAsync(channel, letters);
        await channel.PublishAsync("", queue, "a", Properties(elsewhere));
        await RejectAsync(channel, queue);
        var thrice = await TakeAsync(channel, letters);

        Assert.That(Counts(twice), Is.EqualTo([$"{queue} rejected 2"]));
        Assert.That(
            Deaths(twice)[0].Select(field => field.Key),
            Is.EqualTo(["count", "exchange", "queue", "reason", "routing-keys", "time"]));
        Assert.That(Deaths(twice)[0]["time"], Is.EqualTo(Deaths(once)[0]["time"])); // the time of the first dead-lettering
        Assert.That(Counts(elsewhere), Is.EqualTo([$"{other} maxlen 1", $"{queue} rejected 2"]));
        Assert.That(Counts(thrice), Is.EqualTo([$"{queue} rejected 3", $"{other} maxlen 1"]));
        Assert.That(Properties(thrice).Headers!["x-first-death-reason"]!.Value.AsString(), Is.EqualTo("rejected"));
    }

    [Test]
    public async Task The_latest_death_stands_in_front_however_many_there_were()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 confuses more than two deaths; 3.13 does not.");
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string third = await DeclareQueueAsync(channel, DeadLetter("", letters).With("x-message-ttl", FieldValue.FromInt32(1)));
        string second = await DeclareQueueAsync(channel, DeadLetter("", third).With("x-message-ttl", FieldValue.FromInt32(1)));
        string first = await DeclareQueueAsync(channel, DeadLetter("", second).With("x-message-ttl", FieldValue.FromInt32(1)));

        await channel.PublishAsync("", first, "a");

        Assert.That(
            Counts(await TakeAsync(channel, letters)),
            Is.EqualTo([$"{third} expired 1", $"{second} expired 1", $"{first} expired 1"]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_expired_message_is_dead_lettered(bool byQueue)
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        var arguments = DeadLetter("", letters);
        string queue = await DeclareQueueAsync(channel, byQueue ? arguments.With("x-message-ttl", FieldValue.FromInt32(20)) : arguments);

        await channel.PublishAsync("", queue, "a", byQueue ? new() : new() { Expiration = "20" });

        var letter = await TakeAsync(channel, letters);
        Assert.That(Counts(letter), Is.EqualTo([$"{queue} expired 1"]));
        Assert.That(Deaths(letter)[0]["original-expiration"]?.AsString(), Is.EqualTo(byQueue ? null : "20"));
        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.Zero);
    }

    [Test]
    public async Task Messages_that_expire_keep_their_order()
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareQueueAsync(channel, DeadLetter("", letters).With("x-message-ttl", FieldValue.FromInt32(20)));

        for (int message = 0; message < 1000; message++)
            await channel.PublishAsync("", queue, $"{message}");

        await channel.ConsumeAsync(letters, "a", noAck: true);
        for (int message = 0; message < 1000; message++)
            Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo($"{message}"));
    }

    [Test]
    public async Task What_makes_room_is_dead_lettered_with_its_own_routing_key_unless_the_queue_has_one()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic");
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareQueueAsync(
            channel, Table("x-dead-letter-exchange", FieldValue.FromString(exchange)).With("x-max-length", FieldValue.FromInt32(1)));
        await channel.BindQueueAsync(letters, exchange, queue);

        await channel.PublishAsync("", queue, "1");
        await channel.PublishAsync("", queue, "2");

        var letter = await TakeAsync(channel, letters);
        Assert.That((letter.Text, letter.Method.Exchange, letter.Method.RoutingKey), Is.EqualTo(("1", exchange, queue)));
        Assert.That(Counts(letter), Is.EqualTo([$"{queue} maxlen 1"]));
    }

    [Test]
    public async Task A_refused_publish_is_dead_lettered_where_the_queue_says_so()
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareQueueAsync(
            channel,
            DeadLetter("", letters)
                .With("x-max-length", FieldValue.FromInt32(1))
                .With("x-overflow", FieldValue.FromString("reject-publish-dlx")));
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("", queue, "1");
        await channel.PublishAsync("", queue, "2");

        Assert.That(await MaxLengthTests.ConfirmsAsync(channel, 2), Is.EqualTo([(1ul, true), (2ul, false)]));
        Assert.That((await TakeAsync(channel, letters)).Text, Is.EqualTo("2"));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("1"));
    }

    [Test]
    public async Task Without_a_key_of_the_queue_it_goes_by_its_own_and_by_those_of_CC()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");
        string queue = await DeclareQueueAsync(channel, Table("x-dead-letter-exchange", FieldValue.FromString(exchange)));
        string own = await DeclareQueueAsync(channel), copy = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(own, exchange, queue);
        await channel.BindQueueAsync(copy, exchange, "copy");
        await channel.PublishAsync("", queue, "a", new() { Headers = Table("CC", FieldValue.FromArray([FieldValue.FromString("copy")])) });

        await RejectAsync(channel, queue);

        foreach (string letters in (string[])[own, copy])
        {
            var letter = await TakeAsync(channel, letters);
            Assert.That(letter.Method.RoutingKey, Is.EqualTo(queue));
            Assert.That(Properties(letter).Headers!["CC"], Is.Not.Null);
        }
    }

    [Test]
    public async Task Keys_of_BCC_count_at_every_death_and_are_told_to_nobody()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");
        var settings = Table("x-dead-letter-exchange", FieldValue.FromString(exchange));
        string queue = await DeclareQueueAsync(channel, settings),
            next = await DeclareQueueAsync(channel, settings.With("x-message-ttl", FieldValue.FromInt32(0)));
        string copy = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(next, exchange, queue);
        await channel.BindQueueAsync(copy, exchange, "copy");
        await channel.PublishAsync("", queue, "a", new() { Headers = Table("BCC", FieldValue.FromArray([FieldValue.FromString("copy")])) });

        await RejectAsync(channel, queue);

        foreach (int deaths in (int[])[1, 2]) // the first copy was dead-lettered by one queue, the second copy by two queues
        {
            var letter = await TakeAsync(channel, copy);
            Assert.That(letter.Method.RoutingKey, Is.EqualTo(queue));
            Assert.That(Properties(letter).Headers!["BCC"], Is.Null);
            Assert.That(
                Deaths(letter).Select(death => death["routing-keys"]!.Value),
                Is.EqualTo(Enumerable.Repeat(FieldValue.FromArray([FieldValue.FromString(queue)]), deaths)));
        }
    }

    [Test]
    public async Task Keys_of_BCC_give_way_to_a_key_of_the_queue()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");
        string queue = await DeclareQueueAsync(
            channel,
            Table("x-dead-letter-exchange", FieldValue.FromString(exchange))
                .With("x-dead-letter-routing-key", FieldValue.FromString("key")));
        string letters = await DeclareQueueAsync(channel), copy = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(letters, exchange, "key");
        await channel.BindQueueAsync(copy, exchange, "copy");
        await channel.PublishAsync("", queue, "a", new() { Headers = Table("BCC", FieldValue.FromArray([FieldValue.FromString("copy")])) });

        await RejectAsync(channel, queue);

        Assert.That((await TakeAsync(channel, letters)).Text, Is.EqualTo("a"));
        await channel.ExpectEmptyAsync(copy);
    }

    [Test]
    public async Task A_headers_exchange_sees_the_headers_of_the_death()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "headers");
        string queue = await DeclareQueueAsync(channel, Table("x-dead-letter-exchange", FieldValue.FromString(exchange)));
        string letters = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(
            letters,
            exchange,
            "",
            Table("x-match", FieldValue.FromString("all-with-x")).With("x-first-death-reason", FieldValue.FromString("rejected")));
        await channel.PublishAsync("", queue, "a");

        await RejectAsync(channel, queue);

        Assert.That((await TakeAsync(channel, letters)).Text, Is.EqualTo("a"));
    }

    [Test]
    public async Task The_alternate_exchange_of_the_dead_letter_exchange_takes_what_it_cannot_place()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout");
        string exchange = await DeclareExchangeAsync(channel, "direct", Table("alternate-exchange", FieldValue.FromString(alternate)));
        string queue = await DeclareQueueAsync(channel, Table("x-dead-letter-exchange", FieldValue.FromString(exchange)));
        string letters = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(letters, alternate);
        await channel.PublishAsync("", queue, "a");

        await RejectAsync(channel, queue);

        Assert.That((await TakeAsync(channel, letters)).Method.Exchange, Is.EqualTo(exchange));
    }

    [Test]
    public async Task Without_the_exchange_they_are_dropped()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Table("x-dead-letter-exchange", FieldValue.FromString(NewName("x"))));
        await channel.PublishAsync("", queue, "a");

        await RejectAsync(channel, queue);

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_circle_that_no_client_is_part_of_ends()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");
        await channel.DeclareExclusiveQueueAsync(queue, DeadLetter("", queue).With("x-message-ttl", FieldValue.FromInt32(20)));

        await channel.PublishAsync("", queue, "a");

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the message circulates");
    }

    [Test]
    public async Task A_circle_with_a_rejection_in_it_goes_on()
    {
        var channel = await OpenChannelAsync();
        string waiting = NewName("q");
        string queue = await DeclareQueueAsync(channel, DeadLetter("", waiting));
        await channel.DeclareExclusiveQueueAsync(waiting, DeadLetter("", queue).With("x-message-ttl", FieldValue.FromInt32(20)));
        await channel.PublishAsync("", queue, "a");

        for (int round = 1; round <= 3; round++)
        {
            var again = await TakeAsync(channel, queue, noAck: false);
            if (round > 1)
                Assert.That(Counts(again), Is.EqualTo([$"{waiting} expired {round - 1}", $"{queue} rejected {round - 1}"]));
            await channel.SendAsync(new BasicReject(again.Method.DeliveryTag, Requeue: false));
        }
    }

    [Test]
    public async Task A_header_of_that_name_that_is_no_list_is_replaced()
    {
        var channel = await OpenChannelAsync();
        var (queue, letters) = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a", new() { Headers = Table("x-death", FieldValue.FromString("junk")) });

        await RejectAsync(channel, queue);

        var letter = await TakeAsync(channel, letters);
        Assert.That(Counts(letter), Is.EqualTo([$"{queue} rejected 1"]));
        Assert.That(Properties(letter).Headers!["x-first-death-reason"], Is.Null);
    }

    [Test]
    public async Task What_a_purge_or_a_deletion_takes_is_not_dead_lettered()
    {
        var channel = await OpenChannelAsync();
        var (queue, letters) = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a");
        await channel.CallAsync<QueuePurge, QueuePurgeOk>(new QueuePurge(queue, false));
        await channel.PublishAsync("", queue, "b");
        await channel.ExpectQuietAsync();

        await channel.DeleteQueueAsync(queue);

        await channel.ExpectEmptyAsync(letters);
    }

    [Test]
    public async Task A_rejection_in_a_transaction_waits_for_the_commit()
    {
        var channel = await OpenChannelAsync();
        var (queue, letters) = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a");
        await channel.GetAsync(queue, noAck: false);
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await channel.SendAsync(new BasicNack(1, false, Requeue: false));
        await channel.ExpectEmptyAsync(letters);

        await channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());

        Assert.That((await TakeAsync(channel, letters)).Text, Is.EqualTo("a"));
    }

    /// <summary>Declares a queue, and a second queue that receives the dead letters of the first.</summary>
    private static async Task<(string Queue, string Letters)> DeclareAsync(RawChannel channel)
    {
        string letters = await DeclareQueueAsync(channel);
        return (await DeclareQueueAsync(channel, DeadLetter("", letters)), letters);
    }

    private static FieldTable DeadLetter(string exchange, string key) =>
        Table("x-dead-letter-exchange", FieldValue.FromString(exchange)).With("x-dead-letter-routing-key", FieldValue.FromString(key));

    private static async Task RejectAsync(RawChannel channel, string queue) =>
        await channel.SendAsync(new BasicReject((await TakeAsync(channel, queue, noAck: false)).Method.DeliveryTag, Requeue: false));

    /// <summary>Waits for the next message and takes it.</summary>
    private static async Task<RawMessage<BasicGetOk>> TakeAsync(RawChannel channel, string queue, bool noAck = true)
    {
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount > 0, () => "the message does not arrive");
        return await channel.GetAsync(queue, noAck);
    }

    private static BasicProperties Properties(RawMessage<BasicGetOk> message) => BasicProperties.Read(message.Content.Properties);

    private static FieldTable[] Deaths(RawMessage<BasicGetOk> message) =>
        [.. Properties(message).Headers!["x-death"]!.Value.AsArray().Select(death => death.AsTable())];

    private static string[] Counts(RawMessage<BasicGetOk> message) =>
        [.. Deaths(message).Select(death => $"{death["queue"]} {death["reason"]} {death["count"]}")];
}
