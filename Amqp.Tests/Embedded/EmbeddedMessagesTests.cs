using System.Text;
using AmqpBroker.Embedded;
using RabbitMQ.Client;

namespace Amqp.Tests.Embedded;

/// <summary>Methods of AmqpBroker.Embedded for queues and messages. The tests share a broker, and each test has its own queues.</summary>
public class EmbeddedMessagesTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);
    private EmbeddedBroker _broker = null!;

    [OneTimeSetUp]
    public async Task Start() => _broker = await TestedBroker.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    public async Task A_published_message_arrives_with_all_it_has()
    {
        await _broker.DeclareQueueAsync("whole");
        await _broker.DeclareExchangeAsync("news", "topic");
        await _broker.BindAsync("whole", "news", "sport.#");

        bool isRouted = await _broker.PublishAsync("news", "sport.chess", "mate – 将死", new Dictionary<string, object?>
        {
            ["content_type"] = "text/plain",
            ["headers"] = new Dictionary<string, object?> { ["tries"] = 3, ["tags"] = new[] { "a", "b" } },
        });
        BrokerMessage message = await _broker.WaitForMessageAsync("whole", _soon);

        Assert.That(isRouted);
        Assert.That(
            (message.Text, message.Exchange, message.RoutingKey, message.IsRedelivered),
            Is.EqualTo(("mate – 将死", "news", "sport.chess", false)));
        Assert.That(message.Properties["content_type"], Is.EqualTo("text/plain"));
        var headers = (IReadOnlyDictionary<string, object?>)message.Properties["headers"]!;
        Assert.That(headers["tries"], Is.EqualTo(3L));
        Assert.That(headers["tags"], Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Bytes_that_are_no_text_arrive_unchanged()
    {
        await _broker.DeclareQueueAsync("bytes");
        byte[] bytes = [0xFF, 0, 0x80];

        await _broker.PublishAsync("", "bytes", bytes);

        Assert.That((await _broker.WaitForMessageAsync("bytes", _soon)).Body.ToArray(), Is.EqualTo(bytes));
    }

    [Test]
    public async Task A_message_without_a_queue_is_reported() =>
        Assert.That(await _broker.PublishAsync("amq.direct", "nowhere", "x"), Is.False);

    [Test]
    public async Task A_wait_ends_when_the_message_arrives()
    {
        await _broker.DeclareQueueAsync("later");
        Task<BrokerMessage> wait = _broker.WaitForMessageAsync("later", _soon);
        Assert.That(wait.IsCompleted, Is.False);

        await _broker.PublishAsync("", "later", "here");

        Assert.That((await wait).Text, Is.EqualTo("here"));
        Assert.That((await _broker.GetQueueAsync("later"))!.Messages, Is.Zero);
    }

    [Test]
    public async Task A_wait_may_begin_before_the_queue_exists()
    {
        Task<BrokerMessage> wait = _broker.WaitForMessageAsync("not yet", _soon);
        await _broker.DeclareQueueAsync("not yet");
        await _broker.PublishAsync("", "not yet", "here");

        Assert.That((await wait).Text, Is.EqualTo("here"));
    }

    [Test]
    public async Task The_end_of_a_wait_says_what_is_in_the_queue_and_who_consumes_it()
    {
        await _broker.DeclareQueueAsync("taken");
        await using IConnection connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel);
        var delivered = new TaskCompletionSource();
        consumer.ReceivedAsync += (_, _) =>
        {
            delivered.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync("taken", autoAck: false, consumer);
        await _broker.PublishAsync("", "taken", "x");
        await delivered.Task.WaitAsync(_soon);

        Assert.That(
            async () => await _broker.WaitForMessageAsync("taken", TimeSpan.FromMilliseconds(20)),
            Throws.TypeOf<TimeoutException>().With.Message.EqualTo(
                "No message arrived in the queue 'taken' within 0.02 s. taken: 0 ready, 1 unacknowledged, 1 consumer."));
    }

    [Test]
    public void The_end_of_a_wait_for_an_unknown_queue_names_the_queues() =>
        Assert.That(
            async () =>
            {
                await _broker.DeclareQueueAsync("known");
                await _broker.WaitForMessageAsync("unknown", TimeSpan.Zero);
            },
            Throws.TypeOf<TimeoutException>().With.Message.Contains("There is no such queue, but: ")
                .And.Message.Contains("known: 0 ready"));

    [Test]
    public async Task Counts_of_a_queue_are_those_of_now()
    {
        await _broker.DeclareQueueAsync("counted", durable: false);
        await _broker.PublishAsync("", "counted", Encoding.UTF8.GetBytes("x"));

        QueueInfo queue = (await _broker.GetQueueAsync("counted"))!;

        Assert.That(
            (queue.Messages, queue.MessagesReady, queue.MessagesUnacknowledged, queue.Consumers, queue.IsDurable),
            Is.EqualTo((1L, 1L, 0L, 0, false)));
    }

    [Test]
    public async Task A_queue_that_does_not_exist_is_null() => Assert.That(await _broker.GetQueueAsync("never"), Is.Null);

    [Test]
    public async Task Arguments_of_a_queue_apply()
    {
        await _broker.DeclareQueueAsync("short", arguments: new Dictionary<string, object?> { ["x-max-length"] = 1 });

        await _broker.PublishAsync("", "short", "old");
        await _broker.PublishAsync("", "short", "new");

        Assert.That((await _broker.WaitForMessageAsync("short", _soon)).Text, Is.EqualTo("new"));
    }

    [Test]
    public async Task A_refused_request_has_the_broker_s_reason()
    {
        await _broker.DeclareQueueAsync("equal");

        Assert.That(
            async () => await _broker.DeclareQueueAsync("equal", durable: false),
            Throws.TypeOf<EmbeddedBrokerException>().With.Message.Contains("inequivalent arg 'durable'")
                .And.Property(nameof(EmbeddedBrokerException.StatusCode)).EqualTo(400));
    }

    [Test]
    public void A_binding_of_a_missing_queue_is_refused() =>
        Assert.That(
            async () => await _broker.BindAsync("never", "amq.fanout"),
            Throws.TypeOf<EmbeddedBrokerException>().With.Property(nameof(EmbeddedBrokerException.StatusCode)).EqualTo(404));
}
