using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>
/// Each test kills the broker right after a reply. After the restart, the change that the reply has confirmed must be there.
/// </summary>
public sealed class PromiseTests : CrashingBroker
{
    [Test]
    public async Task A_confirmed_message_its_queue_its_exchange_and_its_binding_survive_together([Range(1, 3)] int attempt)
    {
        string name = $"fresh.{attempt}";
        await ReopenAsync(confirms: true);
        // The declarations have no replies (no-wait). So only the message's confirm promises that all objects are durable.
        await Channel.ExchangeDeclareAsync(name, ExchangeType.Direct, durable: true, noWait: true);
        await Channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, noWait: true);
        await Channel.QueueBindAsync(name, name, "key", noWait: true);
        await PublishAsync(name, "key", "first");

        await CrashAsync();

        await ConfirmAsync(name, "key", "second");
        Assert.That(await TakeAllAsync(name), Is.EqualTo(["first", "second"]));
    }

    [Test]
    public async Task A_confirmed_message_to_many_queues_is_in_each_of_them_once()
    {
        await Channel.ExchangeDeclareAsync("spread", ExchangeType.Fanout, durable: true);
        string[] queues = [.. Enumerable.Range(1, 20).Select(number => $"spread.{number}")];
        foreach (string queue in queues)
            await Channel.QueueBindAsync(await DeclareAsync(queue), "spread", "");
        await ConfirmAsync("spread", "", "to all");

        await CrashAsync();

        var found = new List<string>();
        foreach (string queue in queues)
            found.AddRange(await TakeAllAsync(queue));
        Assert.That(found, Is.EqualTo(Enumerable.Repeat("to all", queues.Length)));
    }

    [Test]
    public async Task Declare_ok_and_bind_ok_keep_what_was_declared_and_bound()
    {
        string queue = await DeclareAsync("declared");
        await Channel.ExchangeDeclareAsync("declared", ExchangeType.Topic, durable: true);
        await Channel.QueueBindAsync(queue, "declared", "#.red");

        await CrashAsync();

        await ConfirmAsync("declared", "very.red", "routed");
        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["routed"]));
    }

    [Test]
    public async Task Unbind_ok_keeps_the_binding_away()
    {
        string queue = await DeclareAsync("bound");
        await Channel.QueueBindAsync(queue, "amq.direct", "key");
        await Channel.QueueUnbindAsync(queue, "amq.direct", "key");

        await CrashAsync();

        await ConfirmAsync("amq.direct", "key", "nowhere");
        Assert.That(await TakeAllAsync(queue), Is.Empty);
    }

    [Test]
    public async Task Unbind_ok_keeps_the_binding_away_though_its_arguments_came_in_another_order()
    {
        string queue = await DeclareAsync("disordered");
        await Channel.ExchangeDeclareAsync("disordered", ExchangeType.Fanout, durable: true);
        await Channel.QueueBindAsync(queue, "amq.direct", "key", new Dictionary<string, object?> { ["a"] = 1, ["b"] = 2 });
        await Channel.ExchangeBindAsync("disordered", "amq.direct", "key", new Dictionary<string, object?> { ["a"] = 1, ["b"] = 2 });
        await Channel.QueueBindAsync(queue, "disordered", "");
        await Channel.QueueUnbindAsync(queue, "amq.direct", "key", new Dictionary<string, object?> { ["b"] = 2, ["a"] = 1 });
        await Channel.ExchangeUnbindAsync("disordered", "amq.direct", "key", new Dictionary<string, object?> { ["b"] = 2, ["a"] = 1 });

        await CrashAsync();

        await ConfirmAsync("amq.direct", "key", "nowhere");
        Assert.That(await TakeAllAsync(queue), Is.Empty);
    }

    [Test]
    public async Task Delete_ok_keeps_the_queue_away()
    {
        string queue = await DeclareAsync("deleted");
        await ConfirmAsync("", queue, "lost");
        await Channel.QueueDeleteAsync(queue);

        await CrashAsync();

        Assert.That(
            async () => await Channel.QueueDeclarePassiveAsync(queue),
            Throws.TypeOf<OperationInterruptedException>().With.Message.Contains("NOT_FOUND"));
    }

    [Test]
    public async Task A_queue_declared_again_after_its_deletion_holds_nothing_of_the_old_one()
    {
        string queue = await DeclareAsync("again");
        await ConfirmAsync("", queue, "old");
        await Channel.QueueDeleteAsync(queue);
        await DeclareAsync("again");
        await ConfirmAsync("", queue, "new");

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["new"]));
    }

    [Test]
    public async Task A_purge_answered_before_a_later_confirm_stays_done()
    {
        string queue = await DeclareAsync("purged");
        await ConfirmAsync("", queue, "one", "two");
        await Channel.QueuePurgeAsync(queue);
        await ConfirmAsync("", queue, "three");

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["three"]));
    }

    [Test]
    public async Task A_transient_message_does_not_survive_though_it_was_confirmed()
    {
        string queue = await DeclareAsync("mixed");
        await ReopenAsync(confirms: true);
        await Channel.BasicPublishAsync("", queue, "transient"u8.ToArray());
        await PublishAsync("", queue, "persistent");

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["persistent"]));
    }

    [Test]
    public async Task A_persistent_message_does_not_survive_in_a_queue_that_is_not_durable()
    {
        await Channel.QueueDeclareAsync("fleeting", durable: false, exclusive: false, autoDelete: false);
        await ConfirmAsync("", "fleeting", "persistent");

        await CrashAsync();

        await Channel.QueueDeclareAsync("fleeting", durable: false, exclusive: false, autoDelete: false);
        Assert.That(await TakeAllAsync("fleeting"), Is.Empty);
    }

    [Test]
    public async Task Unacknowledged_messages_come_back_in_their_places_marked_redelivered_and_the_others_unmarked()
    {
        string queue = await DeclareAsync("partly");
        await ConfirmAsync("", queue, "one", "two", "three");
        await Channel.BasicGetAsync(queue, autoAck: false);
        await Channel.BasicGetAsync(queue, autoAck: false);
        await ConfirmAsync("", queue, "four"); // the confirm shows that all records before this message are durable in the log

        await CrashAsync();

        var marks = new List<(string, bool)>();
        while (await Channel.BasicGetAsync(queue, autoAck: true) is { } message)
            marks.Add((Encoding.UTF8.GetString(message.Body.Span), message.Redelivered));
        Assert.That(marks, Is.EqualTo([("one", true), ("two", true), ("three", false), ("four", false)]));
    }
}
