using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>Jobs that delete messages: <c>/api/queues/V/Q/messages/delete</c>.</summary>
public class DeleteMessagesTests : ApiTests
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
        await _channel.DeclareQueueAsync("q", durable: true);
    }

    [Test]
    public async Task Messages_that_match_are_deleted_and_all_others_stay_in_their_order()
    {
        await FillAsync(1_000);

        var job = await DeleteAsync(new { filter = new[] { "body~[02468]$" } });

        Assert.That(
            (Text(job, "kind"), job.GetProperty("destination").ValueKind, Number(job, "messages_total"), Number(job, "messages_done")),
            Is.EqualTo(("delete", JsonValueKind.Null, 1_000L, 500L)));
        for (int i = 1; i < 1_000; i += 2)
        {
            var got = await _channel.GetAsync("q");
            Assert.That((got.Text, got.Method.Redelivered), Is.EqualTo(($"{i}", false)));
        }
        await _channel.ExpectEmptyAsync("q");
    }

    [Test]
    public async Task A_limit_without_a_filter_deletes_the_first_messages()
    {
        await FillAsync(10);

        var job = await DeleteAsync(new { limit = 7 });

        Assert.That(Number(job, "messages_done"), Is.EqualTo(7));
        Assert.That((await _channel.GetAsync("q")).Text, Is.EqualTo("7"));
    }

    [Test]
    public async Task Without_limit_and_filter_all_ready_messages_are_deleted_and_unacknowledged_ones_stay()
    {
        await FillAsync(5);
        await _channel.GetAsync("q", noAck: false);

        var job = await DeleteAsync(new { });

        Assert.That(Number(job, "messages_done"), Is.EqualTo(4));
        var queue = (await GetAsync($"/queues/{_host}/q?disable_stats=false")).Json;
        Assert.That((Number(queue, "messages_ready"), Number(queue, "messages_unacknowledged")), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_dry_run_deletes_nothing()
    {
        await FillAsync(3);

        Assert.That(Number(await DeleteAsync(new { dry_run = true }), "messages_done"), Is.EqualTo(3));
        Assert.That((await _channel.LookUpQueueAsync("q")).MessageCount, Is.EqualTo(3));
    }

    [Test]
    public async Task Deleted_messages_do_not_become_dead_letters()
    {
        await _channel.DeclareQueueAsync("dead", durable: true);
        await _channel.DeclareQueueAsync(
            "dying", durable: true,
            arguments: new FieldTable(
            [
                new("x-dead-letter-exchange", FieldValue.FromString("")), new("x-dead-letter-routing-key", FieldValue.FromString("dead")),
            ]));
        await FillAsync(3, "dying");

        await DeleteAsync(new { }, "dying");

        Assert.That((await _channel.LookUpQueueAsync("dead")).MessageCount, Is.Zero);
    }

    [TestCase("""{"limit":0}""", "limit is not a positive number")]
    [TestCase("""{"filter":"x"}""", "filter is not an array of strings")]
    [TestCase("""{"destination_queue":"q"}""", "unknown field 'destination_queue'; there are filter, limit, dry_run")]
    [TestCase("""{"dry_run":1}""", "not_boolean 1")]
    public async Task A_request_that_cannot_be_is_refused(string body, string reason)
    {
        var answer = await PostAsync($"/queues/{_host}/q/messages/delete", JsonDocument.Parse(body).RootElement);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [Test]
    public async Task A_user_who_may_not_read_the_queue_deletes_nothing()
    {
        await FillAsync(1);
        string user = await NewUserAsync("administrator", _host);
        await PutAsync($"/permissions/{_host}/{user}", new { configure = ".*", write = ".*", read = "none" });

        var answer = await PostAsync($"/queues/{_host}/q/messages/delete", new { }, $"{user}:secret");

        Assert.That(
            (answer.Code, answer.Reason), Is.EqualTo((401, $"read access to queue 'q' in vhost '{_host}' refused for user '{user}'")));
    }

    private async Task<JsonElement> DeleteAsync(object body, string queue = "q")
    {
        var answer = await PostAsync($"/queues/{_host}/{queue}/messages/delete", body);
        Assert.That(answer.Code, Is.EqualTo(202), answer.Body);
        JsonElement job = answer.Json;
        await Eventually.Holds(
            async () => Text(job = (await GetAsync($"/jobs/{Number(job, "id")}")).Json, "state") != "running", () => $"{job} does not end");
        Assert.That(Text(job, "state"), Is.EqualTo("completed"), job.GetRawText());
        return job;
    }

    private async Task FillAsync(int count, string queue = "q")
    {
        for (int i = 0; i < count; i++)
            await _channel.PublishAsync("", queue, $"{i}", new BasicProperties { DeliveryMode = 2 });
        await _channel.ExpectQuietAsync();
    }

    private static string? Text(JsonElement json, string field) => json.GetProperty(field).GetString();

    private static long Number(JsonElement json, string field) => json.GetProperty(field).GetInt64();
}
