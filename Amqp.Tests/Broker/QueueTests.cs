using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Tests of the queue class, without clients and sockets, and with a clock that the test sets.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class QueueTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [TearDown]
    public void NothingWasUnforeseen() =>
        Assert.That(_broker.Broker.Faults.Total, Is.Zero, string.Join("\n", _broker.Broker.Faults.Recent.Select(fault => $"{fault}")));

    [Test]
    public void A_consume_between_the_last_cancel_and_the_deletion_of_an_auto_delete_queue_is_refused()
    {
        var queue = _broker.Declare("q", QueueFlags.AutoDelete);
        var last = _broker.Consume(queue);
        Assert.That(queue.Use.Unsubscribe(last.Subscription), Is.True, "the queue must be deleted");

        var refused = Assert.Throws<BrokerException>(() => _broker.Consume(queue));

        Assert.That(refused!.Error, Is.EqualTo(BrokerError.NotFound));
    }

    [Test]
    public void An_auto_delete_queue_goes_with_its_last_consumer_and_with_no_other()
    {
        var queue = _broker.Declare("q", QueueFlags.AutoDelete);
        var (first, last) = (_broker.Consume(queue), _broker.Consume(queue));

        Assert.That((queue.Use.Unsubscribe(first.Subscription), queue.Use.Unsubscribe(last.Subscription)), Is.EqualTo((false, true)));
    }

    [Test]
    public void The_consumer_that_was_active_alone_is_followed_by_the_one_of_the_highest_priority()
    {
        var queue = _broker.Declare("q", ("x-single-active-consumer", true));
        var (active, oldest, highest, younger) = (
            _broker.Consume(queue),
            _broker.Consume(queue, priority: 1),
            _broker.Consume(queue, priority: 5),
            _broker.Consume(queue, priority: 5));
        _broker.Publish(queue);
        queue.Use.Unsubscribe(active.Subscription);
        _broker.Publish(queue);

        Assert.That(new[] { active, oldest, highest, younger }.Select(consumer => consumer.Received), Is.EqualTo([1, 0, 1, 0]));
    }

    [Test]
    public void A_queue_expires_when_its_last_consumer_has_been_gone_for_that_long_though_nobody_asks_for_it()
    {
        var queue = _broker.Declare("q", ("x-expires", 1_000));
        var consumer = _broker.Consume(queue);
        _broker.Clock.Advance(5_000);
        queue.Use.Unsubscribe(consumer.Subscription);

        _broker.Clock.Advance(999);
        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null, "one millisecond is left");

        _broker.Clock.Advance(1);
        Assert.That(_broker.Host.FindQueue("q"), Is.Null);
    }

    [Test]
    public void A_queue_with_a_consumer_left_does_not_expire()
    {
        var queue = _broker.Declare("q", ("x-expires", 1_000));
        var (leaving, _) = (_broker.Consume(queue), _broker.Consume(queue));
        queue.Use.Unsubscribe(leaving.Subscription);

        _broker.Clock.Advance(5_000);

        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null);
    }

    [TestCase("get")]
    [TestCase("declare")]
    [TestCase("renew")]
    public void Use_gives_a_queue_its_whole_time_again(string use)
    {
        var queue = _broker.Declare("q", ("x-expires", 1_000));
        _broker.Clock.Advance(600);
        if (use == "get")
            BareBroker.Get(queue);
        else if (use == "declare")
            _broker.Declare("q", ("x-expires", 1_000));
        else
            queue.Use.Renew();

        _broker.Clock.Advance(999);
        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null, "one millisecond is left");

        _broker.Clock.Advance(1);
        Assert.That(_broker.Host.FindQueue("q"), Is.Null);
    }

    /// <summary>The queues' timer fires at least once an hour. For a deadline in more than an hour, the timer must be set again.</summary>
    [Test]
    public async Task Times_of_many_hours_are_kept_to_the_millisecond()
    {
        _broker.Broker.Alarms.Dispose(); // saves time: the alarms would check memory and disk thousands of times in the simulated hours
        await _broker.Broker.Sampler.DisposeAsync();
        const int hour = 3_600_000;
        var (going, waiting) = (
            _broker.Declare("going", ("x-expires", (5 * hour) + 1)), _broker.Declare("waiting", ("x-message-ttl", 3 * hour)));
        _broker.Publish(waiting);

        _broker.Clock.Advance((3 * hour) - 1);
        Assert.That(waiting.Counts.Ready, Is.EqualTo(1));
        _broker.Clock.Advance(1);
        Assert.That(waiting.Counts.Ready, Is.Zero);

        _broker.Clock.Advance(2 * hour);
        Assert.That(_broker.Host.FindQueue("going"), Is.SameAs(going));
        _broker.Clock.Advance(1);
        Assert.That(_broker.Host.FindQueue("going"), Is.Null);
    }

    /// <summary>
    /// As in RabbitMQ, the time of x-expires starts again only if another policy applies to the queue, or if the queue's policy was
    /// changed.
    /// </summary>
    [TestCase("another", "others", 2_000, false)]
    [TestCase("p", "q", 1_000, false)]
    [TestCase("p", "q", 1_001, true)]
    public void Only_a_policy_that_changes_something_for_a_queue_begins_its_time_to_expire_anew(
        string name, string pattern, int milliseconds, bool isRenewed)
    {
        _broker.Declare("q");
        _broker.Host.Policies.Put(Expiring("p", "q", 1_000));

        _broker.Clock.Advance(999);
        _broker.Host.Policies.Put(Expiring(name, pattern, milliseconds));
        _broker.Clock.Advance(1);

        Assert.That(_broker.Host.FindQueue("q"), isRenewed ? Is.Not.Null : Is.Null);

        static Policy Expiring(string name, string pattern, int milliseconds) =>
            new(PolicyKind.User, name, pattern, "all", 0, FieldTable.Empty.With("expires", FieldValue.FromInt64(milliseconds)));
    }

    [Test]
    public void A_policy_gives_a_queue_a_time_to_expire_that_begins_with_it_and_takes_it_away_again([Values] bool hasTimeOfItsOwn)
    {
        if (hasTimeOfItsOwn)
            _broker.Declare("q", ("x-expires", 10_000));
        else
            _broker.Declare("q");
        _broker.Clock.Advance(5_000);
        _broker.Host.Policies.Put(Expiring(1_000));

        _broker.Clock.Advance(999);
        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null, "the lease has started again");
        _broker.Host.Policies.Remove(PolicyKind.User, "p");
        _broker.Clock.Advance(9_999);
        Assert.That(_broker.Host.FindQueue("q"), Is.Not.Null, "the queue's own lease starts again, or the queue has none");

        _broker.Host.Policies.Put(Expiring(1_000));
        _broker.Clock.Advance(1_000);
        Assert.That(_broker.Host.FindQueue("q"), Is.Null);

        static Policy Expiring(int milliseconds) =>
            new(PolicyKind.User, "p", "q", "all", 0, FieldTable.Empty.With("expires", FieldValue.FromInt64(milliseconds)));
    }

    [TestCase("x-delivery-limit", 5, 6)]
    [TestCase("x-consumer-timeout", 60_000, 70_000)]
    [TestCase("x-dead-letter-strategy", "at-most-once", "at-least-once")]
    public void Arguments_that_RabbitMQ_does_not_compare_may_differ_and_the_first_ones_stay(string name, object first, object other)
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum"), (name, first));

        Assert.That(_broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum"), (name, other)), Is.SameAs(queue));
        Assert.That(_broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum")), Is.SameAs(queue));
        Assert.That($"{queue.Declaration.Arguments.Table[name]}", Is.EqualTo($"{first}"));
    }

    [Test]
    public void A_message_is_there_until_its_time_is_over_and_no_longer([Values("queue", "message")] string whose, [Values] bool isAskedFor)
    {
        var queue = whose == "queue" ? _broker.Declare("q", ("x-message-ttl", 1_000)) : _broker.Declare("q");
        _broker.Publish(queue, expiration: whose == "queue" ? Expiry.None : 1_000);

        _broker.Clock.Advance(999);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));

        if (isAskedFor)
            _broker.Clock.Pass(1);
        else
            _broker.Clock.Advance(1);
        Assert.That(isAskedFor ? BareBroker.Get(queue) : queue.Counts.Ready > 0, Is.False);
    }

    [Test]
    public void Of_two_times_the_shorter_counts([Values(500, 2_000)] int expiration)
    {
        var queue = _broker.Declare("q", ("x-message-ttl", 1_000));
        _broker.Publish(queue, expiration: expiration);

        _broker.Clock.Advance(Math.Min(expiration, 1_000) - 1);
        long before = queue.Counts.Ready;
        _broker.Clock.Advance(1);

        Assert.That((before, queue.Counts.Ready), Is.EqualTo((1, 0)));
    }

    [Test]
    public void The_memory_of_messages_found_expired_at_delivery_is_given_back([Values] bool isConsumed)
    {
        var queue = _broker.Declare("q");
        var consumer = _broker.Consume(queue, room: 1);
        _broker.Publish(queue);
        for (int i = 0; i < 10; i++)
            _broker.Publish(queue, body: 300_000, expiration: 1_000); // a message of 300,000 bytes has a block of its own
        Assert.That(_broker.Store.MemoryInUse, Is.GreaterThan(3_000_000));
        _broker.Clock.Pass(1_000); // the messages expire, but are not removed yet, because the timer does not run

        if (isConsumed)
            _broker.Acknowledge(queue, consumer);
        else
            Assert.That(BareBroker.Get(queue), Is.False);

        Assert.That(queue.Counts.Ready, Is.Zero);
        Assert.That(_broker.Store.MemoryInUse, Is.LessThan(300_000));
    }

    [Test]
    public void What_has_expired_and_cannot_be_read_just_now_goes_a_second_later_though_nobody_asks_for_it()
    {
        var queue = _broker.Declare("q", ("x-message-ttl", 1_000));
        _broker.Publish(queue);
        _broker.Store.BeforeRead = static _ => throw new IOException("injected");
        _broker.Clock.Advance(1_500);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));

        _broker.Store.BeforeRead = static _ => { };
        _broker.Clock.Advance(1_000);

        Assert.That(queue.Counts.Ready, Is.Zero);
    }

    [Test]
    public void A_message_whose_way_out_fails_stays_in_its_queue_and_counts_as_not_taken()
    {
        var queue = _broker.Declare("q");
        _broker.Publish(queue, body: 10);

        Assert.Throws<OutputFailedException>(() => queue.Deliveries.TryGet(
            0, noAck: true, static (int _, in Amqp.Storage.Messages.StoredMessage _, ReadOnlySpan<byte> _, long _) =>
                throw new OutputFailedException(new IOException("injected"))));

        Assert.That((queue.Counts, queue.Status.Bytes, queue.Traffic.Deliveries.GetNoAck), Is.EqualTo(((1L, 0L, 0), (10L, 0L), 0L)));
        Assert.That(BareBroker.Get(queue));
    }

    /// <summary>
    /// A returned message goes to the end of a quorum queue. While the disk is too slow for the store, the message goes to its old
    /// position.
    /// </summary>
    [Test]
    public void What_is_returned_goes_to_its_old_place_while_the_disk_is_behind([Values] bool isBehind)
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum"));
        for (int body = 1; body <= 2; body++)
            _broker.Publish(queue, body, isPersistent: true);
        var consumer = _broker.Consume(queue, room: 1);
        consumer.Room = 0;
        _broker.Store.Behind = isBehind;

        queue.Requeue([consumer.TakeFirst()], isReturned: true);

        _broker.Store.Behind = null;
        Assert.That(
            _broker.Consume(queue).Held.Select(message => (message.Length - MessageNote.Head(message), MessageNote.Requeues(message))),
            Is.EqualTo(isBehind ? [(1, 1), (2, 0)] : new[] { (2, 0), (1, 1) }));
    }

    [TestCase("io")]
    [TestCase("access")]
    [TestCase("damage")]
    [TestCase("append")]
    public void What_is_returned_and_cannot_be_stored_anew_goes_to_its_old_place_and_is_counted(string failure)
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum"));
        for (int body = 1; body <= 2; body++)
            _broker.Publish(queue, body, isPersistent: true);
        var consumer = _broker.Consume(queue, room: 1);
        consumer.Room = 0;
        _broker.Store.BeforeRead = _ => Throw("read");
        _broker.Store.Before = (call, _) => Throw(call);

        queue.Requeue([consumer.TakeFirst()], isReturned: true);

        _broker.Store.BeforeRead = static _ => { };
        _broker.Store.Before = static (_, _) => { };
        Assert.That(
            _broker.Consume(queue).Held.Select(message => (message.Length - MessageNote.Head(message), MessageNote.Requeues(message))),
            Is.EqualTo([(1, 1), (2, 0)]));

        void Throw(string call)
        {
            if (call == (failure == "append" ? "Append" : "read"))
                throw failure switch
                {
                    "io" => new IOException("injected"),
                    "access" => new UnauthorizedAccessException("injected"),
                    "damage" => new Amqp.Storage.Faults.StoreDamagedException("file", 0, "injected"),
                    _ => new Amqp.Storage.Faults.StoreFailedException("injected"),
                };
        }
    }

    [Test]
    public void A_damaged_message_that_would_have_expired_is_lost_to_the_log_for_whoever_takes_the_next_one()
    {
        var queue = _broker.Declare("q", ("x-message-ttl", 1_000));
        _broker.Publish(queue, body: 1);
        _broker.Store.BeforeRead = static message => throw new Amqp.Storage.Faults.StoreDamagedException("a file", 7, "no record");
        _broker.Clock.Advance(1_000);
        Assert.That((queue.Counts.Ready, queue.Faults.QuarantinedCount, _broker.QueueLog.Lines.Count), Is.EqualTo((1L, 0, 0)));

        Assert.That(BareBroker.Get(queue), Is.False);

        Assert.That((queue.Counts.Ready, queue.Faults.QuarantinedCount), Is.EqualTo((0L, 0)));
        Assert.That(_broker.QueueLog.Lines.Single(), Does.StartWith("Error 303 Message ").And.Contain("queue 'q'"));
    }

    [Test]
    public void The_message_in_front_is_the_first_of_the_highest_priority()
    {
        var queue = _broker.Declare("q", ("x-max-priority", 3));
        foreach (var (priority, timestamp) in new[] { (0, 5UL), (2, 7UL), (2, 9UL) })
            _broker.Publish(
                queue,
                body: 100 * (int)timestamp,
                priority: (byte)priority,
                properties: Encoded.Properties(new BasicProperties { Timestamp = timestamp }));
        var front = new List<(ulong?, long)>();
        for (bool isThere = true; isThere; isThere = BareBroker.Get(queue))
            front.Add((queue.Status.HeadTimestamp, queue.Status.FrontLength / 100));

        Assert.That(front, Is.EqualTo(new (ulong?, long)[] { (7, 7), (9, 9), (5, 5), (null, 0) }));
    }

    /// <summary>
    /// Parameters: the name of a limit, its value, the sizes of the published bodies, and the number of messages that stay in the queue.
    /// </summary>
    [TestCase("x-max-length-bytes", 10, new[] { 4, 4, 2 }, 3)]
    [TestCase("x-max-length-bytes", 10, new[] { 4, 4, 3 }, 2)]
    [TestCase("x-max-length-bytes", 10, new[] { 10 }, 1)]
    [TestCase("x-max-length-bytes", 10, new[] { 11 }, 0)]
    [TestCase("x-max-length-bytes", 0, new[] { 0, 0 }, 2)]
    [TestCase("x-max-length-bytes", 0, new[] { 1 }, 0)]
    [TestCase("x-max-length", 3, new[] { 0, 0, 0 }, 3)]
    [TestCase("x-max-length", 3, new[] { 0, 0, 0, 0 }, 3)]
    [TestCase("x-max-length", 0, new[] { 0 }, 0)]
    public void A_limit_is_what_a_queue_holds_at_most(string limit, int most, int[] bodies, int kept)
    {
        var (dropping, refusing, atOnce) = (_broker.Declare("drops", (limit, most)),
            _broker.Declare("refuses", (limit, most), ("x-overflow", "reject-publish")),
            _broker.Declare("refuses at once", (limit, most), ("x-overflow", "reject-publish")));
        foreach (int body in bodies)
        {
            _broker.Publish(dropping, body, properties: LargeProperties);
            _broker.Publish(refusing, body, properties: LargeProperties);
        }
        foreach (int body in bodies)
            _broker.Post(atOnce, body, properties: LargeProperties);
        _broker.Round.Complete();

        Assert.That((dropping.Counts.Ready, refusing.Counts.Ready, atOnce.Counts.Ready), Is.EqualTo((kept, kept, kept)));
    }

    [Test]
    public void Of_a_batch_with_large_properties_no_more_bodies_are_taken_than_there_is_room_for()
    {
        var queue = _broker.Declare("q", ("x-max-length-bytes", 100), ("x-overflow", "reject-publish"));
        for (int batch = 0; batch < 3; batch++)
        {
            for (int i = 0; i < 7; i++)
                _broker.Post(queue, body: 10, properties: LargeProperties);
            _broker.Round.Complete();
        }

        Assert.That(queue.Messages.Bytes, Is.EqualTo(100));

        Assert.That(BareBroker.Get(queue) && BareBroker.Get(queue));
        long[] answers = [.. Enumerable.Range(0, 3).Select(_ => _broker.Publish(queue, body: 10, properties: LargeProperties))];
        Assert.That(answers, Is.EqualTo([0, 0, MessageIntake.Refused]), "space that consumers have freed can be filled again");
    }

    [Test]
    public void Room_that_one_round_keeps_is_not_given_to_another_whose_messages_have_come_in()
    {
        var queue = _broker.Declare("q", ("x-max-length-bytes", 100), ("x-overflow", "reject-publish"));
        for (int i = 0; i < 5; i++)
            _broker.Post(queue, body: 10, properties: LargeProperties);
        var other = new DispatchRound();
        int taken = 0;
        for (int i = 0; i < 10; i++)
        {
            taken += _broker.Post(queue, body: 10, properties: LargeProperties, round: other) == MessageIntake.Refused ? 0 : 1;
            other.Complete();
        }
        _broker.Round.Complete();

        Assert.That((taken, queue.Counts.Ready, queue.Messages.Bytes), Is.EqualTo((5, 10L, 100L)));
    }

    [Test]
    public void Room_that_was_kept_for_a_publish_is_free_after_the_store_refused_it(
        [Values("x-max-length", "x-max-length-bytes")] string limit)
    {
        var queue = _broker.Declare("q", (limit, 1), ("x-overflow", "reject-publish"));
        _broker.Store.Break("Append", queue.Messages.Number);
        Assert.Throws<InvalidOperationException>(() => _broker.Publish(queue, body: 1));

        Assert.That(_broker.Publish(queue, body: 1), Is.Zero);
        Assert.That(_broker.Publish(queue, body: 1), Is.EqualTo(MessageIntake.Refused));
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void What_was_refused_takes_no_room()
    {
        var (full, free) = (
            _broker.Declare("full", ("x-max-length", 0), ("x-overflow", "reject-publish")),
            _broker.Declare("free", ("x-max-length", 2), ("x-overflow", "reject-publish")));
        Assert.That(_broker.Publish(full), Is.EqualTo(MessageIntake.Refused));

        Assert.That(Enumerable.Range(0, 3).Select(_ => _broker.Publish(free)), Is.EqualTo([0, 0, MessageIntake.Refused]));
    }

    /// <summary>
    /// The entries of a queue with x-max-length-bytes stay in memory, because the entries on disk lack the size of the message's head.
    /// </summary>
    [TestCase("x-max-length-bytes", true)]
    [TestCase("x-max-length", false)]
    public void What_is_in_a_queue_with_a_limit_of_bytes_does_not_leave_memory(string limit, bool stays)
    {
        var (plain, quorum) = (
            _broker.Declare("plain", (limit, 1_000)),
            _broker.Declare("quorum", QueueFlags.Durable, (limit, 1_000), ("x-queue-type", "quorum")));
        foreach (var queue in new[] { plain, quorum })
        {
            _broker.Publish(queue, body: 10);
            var consumer = _broker.Consume(queue);
            Assert.That(StaysInMemory(consumer.Held[0]), Is.EqualTo(stays), queue.Name);
        }
    }

    /// <summary>
    /// A quorum queue appends a returned message to the log again. If the queue has x-max-length-bytes, the new entry stays in memory.
    /// </summary>
    [TestCase("x-max-length-bytes", true)]
    [TestCase("x-max-length", false)]
    public void What_comes_back_to_a_queue_with_a_limit_of_bytes_does_not_leave_memory(string limit, bool stays)
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, (limit, 1_000), ("x-queue-type", "quorum"));
        var consumer = _broker.Consume(queue);
        _broker.Publish(queue, body: 10);

        queue.Requeue([consumer.TakeFirst()], isReturned: true);
        _broker.Serve(queue);

        Assert.That((StaysInMemory(consumer.Held[0]), MessageNote.Requeues(consumer.Held[0])), Is.EqualTo((stays, 1)));
    }

    [Test]
    public void Of_many_queues_each_is_woken_at_its_own_times()
    {
        var random = new Random(1);
        (Queue Queue, long Message, long Expires)[] queues =
        [
            .. Enumerable.Range(0, 60).Select(i =>
            {
                long expires = random.Next(4, 10) * 500;
                var queue = _broker.Declare($"q{i}", ("x-expires", expires)); // sets the queue's timer to the expiry of the queue
                long message = random.Next(1, 4) * 100;
                _broker.Publish(queue, expiration: message); // sets the queue's timer to an earlier time, for the message's expiry
                return (queue, message, expires);
            }),
        ];
        for (long now = 50; now < 6_000; now += 50)
        {
            _broker.Clock.Advance(50);
            foreach (var (queue, message, expires) in queues)
            {
                Assert.That(_broker.Host.FindQueue(queue.Name) is not null, Is.EqualTo(now < expires), $"{queue.Name} at {now}");
                Assert.That(queue.Counts.Ready, Is.EqualTo(now < message ? 1 : 0), $"{queue.Name} at {now}");
            }
        }
    }

    /// <summary>A queue needs several passes to remove many messages. The last pass removes fewer messages than a full pass.</summary>
    [TestCase("x-max-length")]
    [TestCase("x-message-ttl")]
    public async Task However_many_messages_must_go_at_once_each_is_dead_lettered_and_none_is_left(string why)
    {
        const int many = 5_000, times = 3;
        const long openBlocks = 600_000; // bytes of two blocks that still receive messages, and a little more
        var letters = _broker.Declare("letters");
        var queue = _broker.Declare("q", (why, 1), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "letters"));
        long before = _broker.Store.MemoryInUse;
        for (int time = 0; time < times; time++)
        {
            for (int i = 0; i < many; i++)
                _broker.Post(queue, body: 100);
            _broker.Round.Complete();

            int kept = why == "x-max-length" ? 1 : 0;
            _broker.Clock.Advance(1); // lets the timer run, which removes the messages that the first pass has not removed
            // A thread of the pool may still be draining the queue.
            await Eventually.Holds(() => queue.Counts.Ready == kept, () => $"{queue.Counts.Ready} are left");
            // The round publishes a limited number of dead letters, and the thread pool publishes the others.
            await Eventually.Holds(
                () => letters.Counts.Ready == many - kept,
                () => $"{letters.Counts.Ready} of {many - kept} were dead-lettered");
            letters.Purge();
            queue.Purge();
        }
        // The limit includes the memory of the last batch of dead letters that the thread pool has published.
        await Eventually.Holds(
            () => _broker.Store.MemoryInUse < before + openBlocks,
            () => $"{_broker.Store.MemoryInUse - before} bytes are left");
    }

    [Test]
    public void A_message_dies_when_it_was_requeued_more_often_than_its_queue_allows()
    {
        var queue = _broker.Declare("q", QueueFlags.Durable, ("x-queue-type", "quorum"), ("x-delivery-limit", 2));
        _broker.Publish(queue, isPersistent: true);
        var consumer = _broker.Consume(queue, room: 1);
        var there = new List<bool>();
        for (int requeue = 0; requeue < 3; requeue++)
        {
            queue.Requeue([consumer.TakeFirst()], isReturned: false);
            there.Add(queue.Counts.Ready > 0);
            queue.Use.Resume(consumer.Subscription);
            _broker.Serve(queue);
        }

        Assert.That(there, Is.EqualTo([true, true, false]));
        Assert.That(consumer.Received, Is.EqualTo(3));
    }

    [TestCase("acknowledge", 0)]
    [TestCase("reject", 0)]
    [TestCase("requeue", 1)]
    [TestCase("no ack", 0)]
    public void What_a_consumer_is_done_with_counts_no_longer(string how, int ready)
    {
        var queue = _broker.Declare("q");
        _broker.Publish(queue, body: 300_000);
        var consumer = _broker.Consume(queue, room: 1, noAck: how == "no ack");
        int held = how == "no ack" ? 0 : 1;
        Assert.That((queue.Counts, queue.Status.Bytes), Is.EqualTo(((0L, (long)held, 1), (0L, 300_000L * held))));
        consumer.Room = 0;
        if (how == "acknowledge")
            _broker.Acknowledge(queue, consumer);
        else if (how == "reject")
            queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        else if (how == "requeue")
            queue.Requeue([consumer.TakeFirst()], isReturned: true);

        Assert.That((queue.Counts, queue.Status.Bytes), Is.EqualTo((((long)ready, 0L, 1), (300_000L * ready, 0L))));
        Assert.That(_broker.Store.MemoryInUse, ready == 0 ? Is.LessThan(300_000) : Is.GreaterThan(300_000));
    }

    [Test]
    public void Persistent_messages_and_their_bytes_are_counted_while_they_are_ready_and_while_a_consumer_has_them()
    {
        var queue = _broker.Declare("q", QueueFlags.Durable);
        for (int i = 0; i < 4; i++)
            _broker.Publish(queue, body: 100, isPersistent: i < 3, properties: LargeProperties);
        var consumer = _broker.Consume(queue, room: 2);
        Assert.That(Persistent(), Is.EqualTo((3L, 300L)));

        consumer.Room = 0;
        queue.Requeue([consumer.TakeFirst()], isReturned: true);
        Assert.That(Persistent(), Is.EqualTo((3L, 300L)));
        _broker.Acknowledge(queue, consumer);

        Assert.That(Persistent(), Is.EqualTo((2L, 200L)));
        Assert.That(
            (queue.Traffic.DiskWrites, queue.Traffic.Published, queue.Traffic.Deliveries.Deliver, queue.Traffic.Deliveries.Ack),
            Is.EqualTo((3L, 4L, 2L, 1L)));

        (long, long) Persistent() => (queue.Status.Storage.Persistent, queue.Status.Storage.PersistentBytes);
    }

    [TestCase("acknowledge")]
    [TestCase("reject")]
    public void A_consumer_that_settled_has_room_again(string how)
    {
        var queue = _broker.Declare("q");
        var consumer = _broker.Consume(queue, room: 1);
        _broker.Publish(queue);
        _broker.Publish(queue);
        if (how == "acknowledge")
            _broker.Acknowledge(queue, consumer);
        else
            queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(queue);

        Assert.That(consumer.Received, Is.EqualTo(2));
    }

    [Test]
    public void What_comes_to_a_queue_that_is_gone_is_let_go_of([Values("publish", "requeue", "reject")] string what)
    {
        var queue = _broker.Declare("q", ("x-dead-letter-exchange", "amq.fanout"));
        var letters = _broker.Declare("letters");
        _broker.Host.Topology.Bind("amq.fanout", letters, "", FieldTable.Empty, _broker.Round);
        var consumer = _broker.Consume(queue);
        if (what != "publish")
            _broker.Publish(queue, body: 300_000);
        else
            _broker.Post(queue, body: 300_000);
        _broker.Host.Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false).NotifyConsumers(_broker.Round);
        if (what == "requeue")
            queue.Requeue([consumer.TakeFirst()], isReturned: true);
        else if (what == "reject")
            queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(queue);

        Assert.That(_broker.Store.MemoryInUse, Is.LessThan(300_000));
        Assert.That(letters.Counts.Ready, Is.Zero);
        Assert.That(consumer.IsTold);
    }

    [Test]
    public void A_purge_leaves_nothing_behind_and_takes_nothing_that_is_with_a_consumer()
    {
        var queue = _broker.Declare("q", ("x-max-priority", 3));
        var consumer = _broker.Consume(queue, room: 1);
        for (byte priority = 0; priority < 4; priority++)
            _broker.Publish(queue, body: 10, priority: priority, properties: LargeProperties);

        Assert.That(queue.Purge(), Is.EqualTo(3));

        Assert.That((queue.Counts.Ready, queue.Counts.Unacknowledged, queue.Messages.Bytes), Is.EqualTo((0L, 1L, 0L)));
        _broker.Publish(queue, body: 10, properties: LargeProperties);
        Assert.That((queue.Counts.Ready, queue.Messages.Bytes), Is.EqualTo((1L, 10L)));
    }

    [Test]
    public void A_higher_priority_goes_first_and_one_above_the_highest_counts_as_the_highest()
    {
        var queue = _broker.Declare("q", ("x-max-priority", 3));
        foreach (byte priority in new byte[] { 0, 2, 3, 200, 1 })
            _broker.Publish(queue, body: priority, priority: priority);

        var consumer = _broker.Consume(queue);

        Assert.That(consumer.Held.Select(message => message.Length - MessageNote.Head(message)), Is.EqualTo([3, 200, 2, 1, 0]));
    }

    [TestCase(true, false, false)]
    [TestCase(false, false, true)]
    [TestCase(false, true, false)]
    public void Exclusive_use_stands_against_other_use(bool firstIsExclusive, bool secondIsExclusive, bool isAllowed)
    {
        var queue = _broker.Declare("q");
        queue.Use.Subscribe(new TestConsumer(), firstIsExclusive, _ => { });

        void Second() => queue.Use.Subscribe(new TestConsumer(), secondIsExclusive, _ => { });

        if (isAllowed)
            Assert.DoesNotThrow(Second);
        else
            Assert.That(Assert.Throws<BrokerException>(Second)!.Error, Is.EqualTo(BrokerError.Refused));
    }

    [Test]
    public void Conditions_of_a_deletion_are_looked_at_first(
        [Values] bool ifUnused, [Values] bool ifEmpty, [Values] bool isUsed, [Values] bool isFull)
    {
        var queue = _broker.Declare("q");
        if (isUsed)
            _broker.Consume(queue, room: 0);
        if (isFull)
            _broker.Publish(queue);

        bool isRefused = false;
        try
        {
            Assert.That(_broker.Host.Topology.DeleteQueue(queue, ifUnused, ifEmpty).Ready, Is.EqualTo(isFull ? 1 : 0));
        }
        catch (BrokerException refused) when (refused.Error == BrokerError.Precondition)
        {
            isRefused = true;
        }

        Assert.That(isRefused, Is.EqualTo((ifUnused && isUsed) || (ifEmpty && isFull)));
        Assert.That(_broker.Host.FindQueue("q"), isRefused ? Is.Not.Null : Is.Null);
        Assert.That(queue.Counts.Ready, Is.EqualTo(isRefused && isFull ? 1 : 0));
    }

    [Test]
    public void Consumers_of_higher_priority_are_served_while_they_have_room_and_equals_in_turn()
    {
        var queue = _broker.Declare("q");
        var (low, one, other) = (
            _broker.Consume(queue), _broker.Consume(queue, priority: 1, room: 2), _broker.Consume(queue, priority: 1, room: 2));
        for (int i = 0; i < 6; i++)
        {
            _broker.Publish(queue);
            if (i == 1)
                Assert.That((one.Received, other.Received), Is.EqualTo((1, 1)));
        }

        Assert.That((low.Received, one.Received, other.Received), Is.EqualTo((2, 2, 2)));
    }

    /// <summary>The broker stores the text of an exception with the quarantined message, but at most 1,000 characters.</summary>
    [TestCase(972, 999)]
    [TestCase(973, 1_000)]
    [TestCase(974, 1_000)]
    [TestCase(5_000, 1_000)]
    public async Task Of_what_put_a_message_aside_the_first_thousand_characters_are_kept(int length, int kept)
    {
        await using var broker = new BareBroker();
        var queue = broker.Declare("q");
        broker.Publish(queue);
        broker.Clock.Advance(5_000);
        broker.Store.BeforeRead = _ => throw new InvalidOperationException(new string('x', length));
        long now = broker.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.That(BareBroker.Get(queue), Is.False);

        var record = queue.Faults.Quarantined.Single().Record;
        Assert.That((record.Error.Length, record.Since), Is.EqualTo((kept, now)));
        Assert.That(record.Error, Does.StartWith("InvalidOperationException: xxx"));
    }

    private static bool StaysInMemory(in Amqp.Storage.Messages.StoredMessage message) =>
        (message.Flags & Amqp.Storage.Messages.MessageFlags.StaysInMemory) != 0;

    /// <summary>Encoded properties that are much larger than the bodies of the messages.</summary>
    private static byte[] LargeProperties => [0x80, 0, 200, .. Enumerable.Repeat((byte)'x', 200)];
}
