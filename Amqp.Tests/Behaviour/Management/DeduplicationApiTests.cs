using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The HTTP API shows keys and dropped repeats. Definitions and policies contain what decides about them.</summary>
public class DeduplicationApiTests : ApiTests
{
    [Test]
    public async Task A_queue_and_an_exchange_show_their_keys_and_what_they_dropped()
    {
        string host = await NewDeduplicatingHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.BindQueueAsync("q", "x");
        await channel.BindQueueAsync("q", "amq.fanout");
        await PublishAsync(channel, "x", "a", "a", "b");
        await PublishAsync(channel, "amq.fanout", "a");

        var exchange = (await GetAsync($"/exchanges/{host}/x")).Json;
        var queue = (await GetAsync($"/queues/{host}/q")).Json;

        Assert.That(exchange.GetProperty("message_stats").GetProperty("dedup").GetInt64(), Is.EqualTo(1));
        Assert.That(Cache(exchange.GetProperty("cache_info")), Is.EqualTo((2, 320, 9)));
        Assert.That(queue.GetProperty("message_stats").GetProperty("dedup").GetInt64(), Is.EqualTo(1));
        Assert.That(Cache(queue.GetProperty("message_deduplication_cache_info")), Is.EqualTo((2, 320, 5)));
        Assert.That((await GetAsync($"/exchanges/{host}/amq.direct")).Json.TryGetProperty("cache_info", out _), Is.False);
    }

    [Test]
    public async Task Exported_definitions_can_be_imported_with_the_same_effect()
    {
        string from = await NewDeduplicatingHostAsync(), to = await NewVirtualHostAsync();

        var imported = await PostAsync($"/definitions/{to}", (await GetAsync($"/definitions/{from}")).Body);
        var channel = await OpenChannelAsync(to);
        await PublishAsync(channel, "", "a", "a");

        Assert.That(imported.Code, Is.EqualTo(204));
        Assert.That((await GetAsync($"/exchanges/{to}/x")).Json.GetProperty("cache_info").GetProperty("size").GetInt64(), Is.EqualTo(9));
        Assert.That((await channel.LookUpQueueAsync("q")).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_policy_makes_a_queue_drop_repeats_until_it_is_removed()
    {
        string host = await NewDeduplicatingHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("plain", durable: true);
        var policy = new { pattern = "^plain$", definition = new Dictionary<string, object> { ["x-message-deduplication"] = true } };
        Assert.That((await PutAsync($"/policies/{host}/p", policy)).Code, Is.EqualTo(201));
        await PublishAsync(channel, "", "plain", ["a", "a"]);
        Assert.That((await channel.LookUpQueueAsync("plain")).MessageCount, Is.EqualTo(1));

        await DeleteAsync($"/policies/{host}/p");
        await PublishAsync(channel, "", "plain", ["a"]);

        Assert.That((await channel.LookUpQueueAsync("plain")).MessageCount, Is.EqualTo(2));
    }

    [TestCase("""{"x-message-deduplication":1}""", "1 is not a valid value of x-message-deduplication")]
    [TestCase("""{"x-cache-size":0}""", "0 is not a valid value of x-cache-size")]
    [TestCase("""{"x-cache-ttl":-1}""", "-1 is not a valid value of x-cache-ttl")]
    [TestCase("""{"x-cache-persistence":"x"}""", "&lt;&lt;\"x\"&gt;&gt; is not a valid value of x-cache-persistence")]
    public async Task A_policy_with_a_bad_value_is_refused(string definition, string text)
    {
        string host = await NewDeduplicatingHostAsync();
        var answer = await PutAsync($"/policies/{host}/p", $$"""{"pattern":"q","definition":{{definition}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{text}\n")));
    }

    private static (int, int, int) Cache(JsonElement cache) =>
        (cache.GetProperty("entries").GetInt32(), cache.GetProperty("bytes").GetInt32(), cache.GetProperty("size").GetInt32());

    /// <summary>Creates a virtual host with the deduplicating exchange x and the deduplicating queue q.</summary>
    private async Task<string> NewDeduplicatingHostAsync()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has deduplication only with a plugin");
        string host = await NewVirtualHostAsync();
        await PutAsync(
            $"/exchanges/{host}/x",
            new { type = "x-message-deduplication", durable = true, arguments = new Dictionary<string, object> { ["x-cache-size"] = 9 } });
        await PutAsync(
            $"/queues/{host}/q",
            new
            {
                durable = true,
                arguments = new Dictionary<string, object> { ["x-message-deduplication"] = true, ["x-cache-size"] = 5 },
            });
        return host;
    }

    private static Task PublishAsync(RawChannel channel, string exchange, params string[] keys) =>
        PublishAsync(channel, exchange, "q", keys);

    private static async Task PublishAsync(RawChannel channel, string exchange, string routingKey, string[] keys)
    {
        foreach (string key in keys)
            await channel.PublishAsync(
                exchange, routingKey, "x", new() { Headers = Table("x-deduplication-header", FieldValue.FromString(key)) });
        await channel.ExpectQuietAsync();
    }
}
