using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The replay of dead letters: <c>/api/queues/V/Q/messages/replay</c>.</summary>
public class ReplayTests : ApiTests
{
    private string _host = "";
    private RawChannel _channel = null!;

    [SetUp]
    public async Task MakeQueues()
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore("RabbitMQ does not have this resource.");
        _host = await NewVirtualHostAsync();
        _channel = await OpenChannelAsync(_host);
        await _channel.DeclareQueueAsync("dead", durable: true);
        foreach (string queue in new[] { "orders", "audit" })
        {
            await _channel.DeclareQueueAsync(queue, durable: true, arguments: DeadLettersTo("dead"));
            await _channel.BindQueueAsync(queue, "amq.topic", "order.*");
        }
    }

    [Test]
    public async Task A_dead_letter_returns_to_the_queue_in_which_it_died_and_to_no_other()
    {
        var properties = new BasicProperties { MessageId = "m", Headers = new FieldTable([new("h", FieldValue.FromInt32(7))]) };
        await _channel.PublishAsync("amq.topic", "order.new", "a", properties);
        await RejectAsync("orders");

        var job = await ReplayAsync(new { });

        Assert.That((Number(job, "messages_done"), Number(job, "messages_skipped")), Is.EqualTo((1, 0)));
        Assert.That((await CountAsync("audit"), await CountAsync("dead")), Is.EqualTo((1, 0)));
        var replayed = await _channel.GetAsync("orders");
        Assert.That(
            (replayed.Text, replayed.Method.Exchange, replayed.Method.RoutingKey, replayed.Method.Redelivered),
            Is.EqualTo(("a", "amq.topic", "order.new", false)));
        Assert.That(replayed.Content.Decoded, Is.EqualTo(properties), "the headers about its death are gone");
    }

    [Test]
    public async Task A_message_that_died_several_times_returns_to_the_queue_of_its_first_death()
    {
        await _channel.DeclareQueueAsync("parking", durable: true);
        await _channel.DeclareQueueAsync("retry", durable: true, arguments: DeadLettersTo("parking"));
        await _channel.DeclareQueueAsync("work", durable: true, arguments: DeadLettersTo("retry"));
        await _channel.PublishAsync("", "work", "a");
        await RejectAsync("work");
        await RejectAsync("retry");

        var job = await ReplayAsync(new { }, "parking");

        Assert.That((Number(job, "messages_done"), await CountAsync("retry"), await CountAsync("parking")), Is.EqualTo((1, 0, 0)));
        var replayed = await _channel.GetAsync("work");
        Assert.That((replayed.Method.Exchange, replayed.Method.RoutingKey), Is.EqualTo(("", "work")));
    }

    [Test]
    public async Task A_replayed_message_can_die_and_be_replayed_again()
    {
        await _channel.PublishAsync("", "orders", "a");
        for (int i = 0; i < 3; i++)
        {
            await RejectAsync("orders");
            await Eventually.Holds(async () => await CountAsync("dead") == 1, () => "the message does not die");
            await ReplayAsync(new { });
        }

        Assert.That((await CountAsync("orders"), await CountAsync("dead")), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_replay_to_an_exchange_publishes_with_the_first_routing_key()
    {
        await _channel.PublishAsync("amq.topic", "order.new", "a");
        await RejectAsync("orders");

        await ReplayAsync(new { destination_exchange = "amq.topic" });

        Assert.That((await CountAsync("orders"), await CountAsync("audit"), await CountAsync("dead")), Is.EqualTo((1, 2, 0)));
    }

    [Test]
    public async Task Messages_that_cannot_return_stay_and_are_counted_by_reason()
    {
        await _channel.DeclareQueueAsync("gone", durable: true, arguments: DeadLettersTo("dead"));
        await _channel.PublishAsync("", "gone", "of a deleted queue");
        await RejectAsync("gone");
        await _channel.DeleteQueueAsync("gone");
        await _channel.PublishAsync("", "dead", "not dead");
        await _channel.PublishAsync("", "dead", "forged", new()
        {
            Headers = new FieldTable([new("x-death", FieldValue.FromArray([FieldValue.FromInt32(7)]))]),
        });
        await _channel.PublishAsync("", "orders", "dead");
        await RejectAsync("orders");

        var job = await ReplayAsync(new { });

        Assert.That((Number(job, "messages_done"), Number(job, "messages_skipped"), await CountAsync("dead")), Is.EqualTo((1, 3, 3)));
        Assert.That(
            job.GetProperty("skipped").EnumerateObject().Select(reason => $"{reason.Name}: {reason.Value}"),
            Is.EqualTo(["no header x-death tells where it died: 2", "queue 'gone', in which it died, does not exist: 1"]));
        Assert.That((await _channel.GetAsync("dead")).Method.Redelivered, Is.False);
    }

    [Test]
    public async Task Filter_limit_and_dry_run_work_as_for_a_move()
    {
        for (int i = 0; i < 10; i++)
        {
            await _channel.PublishAsync("", "orders", $"{i}");
            await RejectAsync("orders");
        }

        var dry = await ReplayAsync(new { filter = new[] { "header.x-first-death-reason=rejected", "body~[5-9]" }, dry_run = true });
        Assert.That((Number(dry, "messages_done"), await CountAsync("dead")), Is.EqualTo((5, 10)));
        await ReplayAsync(new { filter = new[] { "body~[5-9]" }, limit = 2 });
        Assert.That((await CountAsync("dead"), (await _channel.GetAsync("orders")).Text), Is.EqualTo((8, "5")));
    }

    [TestCase("""{"destination_queue":"orders"}""", 400)]
    [TestCase("""{"destination_exchange":"none"}""", 404)]
    public async Task A_replay_that_cannot_be_is_refused(string body, int status) =>
        Assert.That((await PostAsync($"/queues/{_host}/dead/messages/replay", body)).Code, Is.EqualTo(status));

    private static FieldTable DeadLettersTo(string queue) => new(
    [
        new("x-dead-letter-exchange", FieldValue.FromString("")),
        new("x-dead-letter-routing-key", FieldValue.FromString(queue)),
    ]);

    private static long Number(JsonElement job, string field) => job.GetProperty(field).GetInt64();

    private async Task RejectAsync(string queue)
    {
        var message = await _channel.GetAsync(queue, noAck: false);
        await _channel.SendAsync(new BasicReject(message.Method.DeliveryTag, false));
        await _channel.ExpectQuietAsync();
    }

    private async Task<JsonElement> ReplayAsync(object body, string queue = "dead")
    {
        var answer = await PostAsync($"/queues/{_host}/{queue}/messages/replay", body);
        Assert.That(answer.Code, Is.EqualTo(202), answer.Body);
        JsonElement job = default;
        await Eventually.Holds(
            async () => (job = (await GetAsync($"/jobs/{Number(answer.Json, "id")}")).Json).GetProperty("state").GetString() != "running",
            () => "the job does not end");
        Assert.That(job.GetProperty("state").GetString(), Is.EqualTo("completed"), job.GetRawText());
        return job;
    }

    private async Task<long> CountAsync(string queue) => (await _channel.LookUpQueueAsync(queue)).MessageCount;
}
