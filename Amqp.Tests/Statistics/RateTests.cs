using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Statistics;

/// <summary>The HTTP API shows rates. The broker of these tests takes samples at short intervals.</summary>
public class RateTests
{
    [Test]
    public async Task Rates_rise_while_messages_flow_and_fall_to_0_behind_them()
    {
        await using var broker = await BrokerInProcess.StartAsync("collect_statistics_interval = 100");
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("q", false, false, false);
        bool isFlowing = true;
        var flow = Task.Run(async () =>
        {
            while (Volatile.Read(ref isFlowing))
                await channel.BasicPublishAsync("", "q", new byte[10]);
        });

        foreach (string path in new[] { "overview", "queues/%2F/q", "vhosts/%2F", "exchanges/%2F/amq.default" })
            await Eventually.Holds(async () => Rate(await GetAsync(broker, path)) > 0, () => $"{path} shows no rate");
        Volatile.Write(ref isFlowing, false);
        await flow;
        foreach (string path in new[] { "overview", "queues/%2F/q", "vhosts/%2F", "exchanges/%2F/amq.default" })
            await Eventually.Holds(async () => Rate(await GetAsync(broker, path)) == 0, () => $"{path} still shows a rate");
    }

    [Test]
    public async Task A_reset_forgets_the_samples_and_keeps_the_counts()
    {
        await using var broker = await BrokerInProcess.StartAsync("collect_statistics_interval = 50");
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("q", false, false, false);
        await channel.BasicPublishAsync("", "q", new byte[10]);
        await Eventually.Holds(() => broker.Broker.VirtualHosts.Find("/")!.FindQueue("q")!.Traffic.Samples is not null, () => "no samples");

        await SendAsync(broker, HttpMethod.Delete, "reset");

        Assert.That((await GetAsync(broker, "queues/%2F/q")).GetProperty("message_stats").GetProperty("publish").GetInt64(), Is.EqualTo(1));
    }

    /// <summary>Returns the sum of an object's publish rates.</summary>
    private static double Rate(JsonElement item) => !item.TryGetProperty("message_stats", out var statistics) ? 0
        : (statistics.TryGetProperty("publish_details", out var publish)
            ? publish
            : statistics.TryGetProperty("publish_in_details", out var routed)
                ? routed
                : default) is { ValueKind: JsonValueKind.Object } details
            ? details.GetProperty("rate").GetDouble() : 0;

    private static async Task<JsonElement> GetAsync(BrokerInProcess broker, string path)
    {
        using var document = JsonDocument.Parse(await SendAsync(broker, HttpMethod.Get, path));
        return document.RootElement.Clone();
    }

    private static async Task<string> SendAsync(BrokerInProcess broker, HttpMethod method, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{broker.ManagementPort}/api/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
        using var answer = await http.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
