using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.EndToEnd;

/// <summary>
/// After a restart, durable queues still have their bindings, and transient queues do not exist. Unused queues with x-expires are deleted.
/// </summary>
public class RestartTests
{
    [Test]
    public async Task A_transient_queue_is_gone_and_a_durable_one_is_there_with_its_bindings()
    {
        await using var broker = await BrokerProcess.StartAsync();
        await DeclareAsync(broker, async channel =>
        {
            await channel.DeclareQueueAsync("durable", durable: true);
            await channel.DeclareQueueAsync("transient");
            await channel.BindQueueAsync("durable", "amq.direct", "k");
        });

        await broker.StopAsync();
        await broker.RestartAsync();

        Assert.That(await QueuesAsync(broker), Is.EqualTo(new[] { "durable" }));
        await using var client = await RawClient.DialAsync(broker.Uri);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.PublishAsync("amq.direct", "k", "routed");
        Assert.That((await channel.GetAsync("durable")).Text, Is.EqualTo("routed"));
    }

    [Test]
    public async Task A_queue_that_nobody_uses_afterwards_expires()
    {
        await using var broker = await BrokerProcess.StartAsync();
        await DeclareAsync(broker, async channel =>
        {
            await channel.DeclareQueueAsync("stays", durable: true);
            await channel.DeclareQueueAsync(
                "goes", durable: true, arguments: FieldTable.Empty.With("x-expires", FieldValue.FromInt32(2000)));
        });

        await broker.StopAsync();
        await broker.RestartAsync();

        string[] queues = [];
        await Eventually.Holds(async () => (queues = await QueuesAsync(broker)).SequenceEqual(["stays"]), () => string.Join(", ", queues));
    }

    private static async Task DeclareAsync(BrokerProcess broker, Func<RawChannel, Task> declare)
    {
        await using var client = await RawClient.DialAsync(broker.Uri);
        await client.OpenAsync();
        await declare(await client.OpenChannelAsync());
    }

    private static async Task<string[]> QueuesAsync(BrokerProcess broker)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
        using var queues = JsonDocument.Parse(await http.GetStringAsync("queues"));
        return [.. queues.RootElement.EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!)];
    }
}
