using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// The broker is killed after it has confirmed a delayed message. After its restart, the broker must still deliver the message.
/// </summary>
public sealed class DelayedMessagePromiseTests : CrashingBroker
{
    private const string Exchange = "later";
    private const int Soon = 1500;
    private const int Never = 86_400_000;

    [Test]
    public async Task Confirmed_messages_wait_on_after_a_crash_and_come_when_they_are_due()
    {
        string queue = await DeclareDelayedAsync();
        await DelayAsync(2 * Soon, "later");
        await DelayAsync(Soon, "soon");
        await DelayAsync(Never, "never");

        await CrashAsync();

        Assert.That(await TakeAsync(queue, 2), Is.EqualTo(["soon", "later"]));
    }

    [Test]
    public async Task What_fell_due_while_the_broker_was_down_comes_at_once()
    {
        string queue = await DeclareDelayedAsync();
        foreach (int number in Enumerable.Range(1, 300))
            await DelayAsync(Soon, $"{number}");

        await CrashAsync(afterMilliseconds: 2 * Soon);

        Assert.That(await TakeAsync(queue, 300), Is.EqualTo(Enumerable.Range(1, 300).Select(number => $"{number}")));
    }

    [Test]
    public async Task What_was_delivered_does_not_wait_again()
    {
        string queue = await DeclareDelayedAsync();
        await DelayAsync(1, "delivered");
        Assert.That(await TakeAsync(queue, 1), Is.EqualTo(["delivered"]));
        await ConfirmAsync("", queue, "behind it"); // the confirm shows that the settles before this message are durable

        await CrashAsync();
        await DelayAsync(1, "the next");

        Assert.That(await TakeAsync(queue, 2), Is.EqualTo(["behind it", "the next"]));
    }

    [Test]
    public async Task A_crash_in_the_middle_of_deliveries_loses_none()
    {
        string queue = await DeclareDelayedAsync();
        string[] texts = [.. Enumerable.Range(1, 2000).Select(number => $"{number}")];
        await Task.WhenAll(texts.Select((text, number) => DelayAsync(Soon + number, text).AsTask()));

        await Eventually.Holds(async () => await Channel.MessageCountAsync(queue) > 0, () => "nothing was delivered");
        await CrashAsync();

        // After the crash, a message can be in the exchange and in the queue. So the queue may deliver some messages twice.
        var came = new HashSet<string>();
        await Eventually.Holds(
            async () =>
            {
                came.UnionWith(await TakeAllAsync(queue));
                return came.Count == texts.Length;
            },
            () => $"{texts.Except(came).Count()} of {texts.Length} messages are lost");
    }

    [Test]
    public async Task What_waits_when_its_exchange_is_deleted_does_not_come_back()
    {
        string queue = await DeclareDelayedAsync();
        await DelayAsync(Soon, "gone");
        await Channel.ExchangeDeleteAsync(Exchange);

        await CrashAsync(afterMilliseconds: Soon);
        await DeclareDelayedAsync();
        await DelayAsync(1, "new");

        Assert.That(await TakeAsync(queue, 1), Is.EqualTo(["new"]));
    }

    private async Task<string> DeclareDelayedAsync()
    {
        string queue = await DeclareAsync("ledger");
        await Channel.ExchangeDeclareAsync(
            Exchange, "x-delayed-message", durable: true, arguments: new Dictionary<string, object?> { ["x-delayed-type"] = "direct" });
        await Channel.QueueBindAsync(queue, Exchange, "k");
        await ReopenAsync(confirms: true);
        return queue;
    }

    private async ValueTask DelayAsync(int milliseconds, string text)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            Headers = new Dictionary<string, object?> { ["x-delay"] = milliseconds }
        };
        await Channel.BasicPublishAsync(Exchange, "k", true, properties, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Takes messages from a queue until this many have come. Returns their texts.</summary>
    private async Task<IReadOnlyList<string>> TakeAsync(string queue, int count)
    {
        var texts = new List<string>();
        await Eventually.Holds(
            async () =>
            {
                texts.AddRange(await TakeAllAsync(queue));
                return texts.Count >= count;
            },
            () => $"of {count} messages came {string.Join(", ", texts)}");
        return texts;
    }
}
