using System.Globalization;
using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// A publisher loses its broker (SIGKILL), and publishes everything again after the restart. No message is lost, and none comes twice.
/// </summary>
public sealed class DeduplicationPromiseTests : CrashingBroker
{
    private const int Count = 3_000;

    [Test]
    public async Task Confirmed_messages_are_recognised_after_a_crash_also_if_they_were_consumed([Values] bool byExchange)
    {
        var (exchange, queue) = await DeclareBothAsync(byExchange);
        await PublishAllAsync(exchange, from: 0, to: 200);
        Assert.That(await TakeAllAsync(queue), Has.Count.EqualTo(200));
        await PublishAllAsync(exchange, from: 200, to: 300);

        await CrashAsync();
        await PublishAllAsync(exchange, from: 0, to: 310);

        Assert.That((await TakeAllAsync(queue)).Where(IsNew), Is.EqualTo(Texts(200, 310)));

        // The consumer acknowledged automatically. The crash may have lost the last of its acknowledgements, but never brings a repeat.
        static bool IsNew(string text) => int.Parse(text, CultureInfo.InvariantCulture) >= 200;
    }

    [Test]
    public async Task A_publisher_that_is_interrupted_by_a_crash_and_begins_again_publishes_each_message_once(
        [Values] bool byExchange, [Values(0, 2_000)] int padding)
    {
        var (exchange, queue) = await DeclareBothAsync(byExchange);
        var publishing = PublishAllAsync(exchange, 0, Count, padding);
        await Eventually.Holds(async () => await Channel.MessageCountAsync(queue) > Count / 10, () => "the publisher does not publish");

        await CrashAsync();
        await publishing.ContinueWith(_ => { }, TaskScheduler.Default); // fails, unless all messages were confirmed before the crash
        await PublishAllAsync(exchange, 0, Count, padding);
        await CrashAsync();
        await PublishAllAsync(exchange, 0, Count, padding);

        var texts = (await TakeAllAsync(queue)).Select(text => text.TrimEnd());
        Assert.That(texts.Order(StringComparer.Ordinal), Is.EqualTo(Texts(0, Count).Order(StringComparer.Ordinal)));
    }

    [Test]
    public async Task Without_a_window_the_messages_in_the_queue_are_recognised_after_a_crash()
    {
        await Channel.QueueDeclareAsync(
            "q", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-message-deduplication"] = true });
        await PublishAllAsync("", 0, 100, key: "q");

        await CrashAsync();
        await PublishAllAsync("", 0, 110, key: "q");

        Assert.That(await TakeAllAsync("q"), Is.EqualTo(Texts(0, 110)));
    }

    private static IEnumerable<string> Texts(int from, int to) => Enumerable.Range(from, to - from).Select(number => $"{number}");

    private async Task<(string Exchange, string Queue)> DeclareBothAsync(bool byExchange)
    {
        var window = new Dictionary<string, object?> { ["x-message-deduplication"] = true, ["x-cache-size"] = 2 * Count };
        await Channel.ExchangeDeclareAsync("x", "direct", durable: true, arguments: byExchange ? window : null);
        await Channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false, byExchange ? null : window);
        await Channel.QueueBindAsync("q", "x", "k");
        return ("x", "q");
    }

    /// <summary>Publishes the messages with these numbers, and waits for all confirms.</summary>
    private async Task PublishAllAsync(string exchange, int from, int to, int padding = 0, string key = "k")
    {
        await using var channel = await OpenAsync();
        var confirms = new List<Task>();
        foreach (string text in Texts(from, to))
        {
            var properties = new BasicProperties
            {
                Persistent = true,
                Headers = new Dictionary<string, object?> { ["x-deduplication-header"] = text },
            };
            byte[] body = Encoding.UTF8.GetBytes(text.PadRight(padding));
            confirms.Add(channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body).AsTask());
            if (confirms.Count % 100 == 0)
                await Task.WhenAll(confirms);
        }
        await Task.WhenAll(confirms);
    }
}
