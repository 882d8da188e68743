using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// If the broker is killed while it dead-letters messages, each message is still in its first queue or already in the dead-letter queue.
/// </summary>
public sealed class DeadLetterPromiseTests : CrashingBroker
{
    private const int Count = 3000;
    private const string Source = "source", Letters = "letters";

    private int _confirmed; // number of messages for which ConfirmAllAsync has received confirms

    [Test]
    public async Task Messages_that_were_expiring_are_all_there([Range(1, 3)] int attempt)
    {
        await DeclareAsync(Letters);
        await DeclareSourceAsync(("x-message-ttl", 100 * attempt));
        await ConfirmAllAsync();
        await LettersComeAsync();

        await CrashAsync();

        await Eventually.Holds(async () => await Channel.MessageCountAsync(Source) == 0, () => "recovered messages do not expire");
        await AllAreThereAsync(Letters);
    }

    [Test]
    public async Task Messages_that_were_being_rejected_are_all_there([Range(1, 3)] int attempt)
    {
        await DeclareAsync(Letters);
        await DeclareSourceAsync();
        await ConfirmAllAsync();
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(Channel);
        consumer.ReceivedAsync += async (_, delivery) => await Channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false);
        await Channel.BasicConsumeAsync(Source, autoAck: false, consumer);
        await using (var other = await OpenAsync())
            await Eventually.Holds(async () => await other.MessageCountAsync(Letters) > 100 * attempt, () => "nothing is dead-lettered");

        await CrashAsync();

        await AllAreThereAsync(Source, Letters);
    }

    [Test]
    public async Task Messages_that_were_making_room_are_all_there([Range(1, 3)] int attempt)
    {
        await DeclareAsync(Letters);
        await DeclareSourceAsync(("x-max-length", 10));
        var publishing = ConfirmAllAsync();
        await LettersComeAsync(100 * attempt);

        await CrashAsync();

        // the crash interrupts the publisher, so the test ignores the publisher's exception
        await publishing.ContinueWith(_ => { }, TaskScheduler.Default);
        await AllAreThereAsync(_confirmed, Source, Letters);
    }

    [Test]
    public async Task Time_goes_on_while_the_broker_is_down()
    {
        await DeclareAsync("plain");
        await Channel.QueueDeclareAsync(
            "timed", durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?> { ["x-message-ttl"] = 300 });
        await ConfirmAsync("", "timed", "by its queue");
        await using (var channel = await OpenAsync())
            await channel.BasicPublishAsync(
                "", "plain", false, new BasicProperties { Persistent = true, Expiration = "300" }, "by itself"u8.ToArray());

        await CrashAsync(afterMilliseconds: 300); // the time to live passes while no broker runs

        Assert.That(await TakeAllAsync("timed"), Is.Empty);
        Assert.That(await TakeAllAsync("plain"), Is.Empty);
    }

    [Test]
    public async Task Priorities_are_the_same_after_a_restart()
    {
        await Channel.QueueDeclareAsync(
            "prioritized", durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?> { ["x-max-priority"] = 10 });
        await DeclareAsync("next"); // must not get a number of the priority queue, which has one number for each priority
        await using (var channel = await OpenAsync())
        {
            foreach (byte priority in (byte[])[1, 7, 3, 7, 10])
                await channel.BasicPublishAsync(
                    "", "prioritized", false, new BasicProperties { Persistent = true, Priority = priority },
                    Encoding.UTF8.GetBytes($"{priority}"));
        }
        await ConfirmAsync("", "next", "other");

        await CrashAsync();

        Assert.That(await TakeAllAsync("prioritized"), Is.EqualTo(["10", "7", "7", "3", "1"]));
        Assert.That(await TakeAllAsync("next"), Is.EqualTo(["other"]));
    }

    private async Task ConfirmAllAsync()
    {
        await using var channel = await OpenAsync();
        var confirms = new List<Task>();
        for (int number = 0; number < Count; number++)
        {
            confirms.Add(
                channel.BasicPublishAsync("", Source, false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"{number}"))
                    .AsTask());
            if (confirms.Count < 100)
                continue;
            await Task.WhenAll(confirms);
            confirms.Clear();
            _confirmed = number + 1;
        }
    }

    private Task<QueueDeclareOk> DeclareSourceAsync(params (string Name, int Value)[] more)
    {
        var arguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = Letters };
        foreach (var (name, value) in more)
            arguments.Add(name, value);
        return Channel.QueueDeclareAsync(Source, durable: true, exclusive: false, autoDelete: false, arguments: arguments);
    }

    private Task LettersComeAsync(int count = 1) =>
        Eventually.Holds(async () => await Channel.MessageCountAsync(Letters) >= count, () => "nothing is dead-lettered");

    private Task AllAreThereAsync(params string[] queues) => AllAreThereAsync(Count, queues);

    private async Task AllAreThereAsync(int count, params string[] queues)
    {
        var found = new HashSet<string>();
        foreach (string queue in queues)
            found.UnionWith(await TakeAllAsync(queue));
        Assert.That(Enumerable.Range(0, count).Select(number => $"{number}").Except(found), Is.Empty);
    }
}
