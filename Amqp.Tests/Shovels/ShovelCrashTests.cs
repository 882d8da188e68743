using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Shovels;

/// <summary>Kills either broker of a shovel again and again. No confirmed message may be lost.</summary>
public sealed class ShovelCrashTests
{
    private const int Count = 20_000;

    [Test]
    public async Task Nothing_confirmed_is_lost_when_either_broker_is_killed()
    {
        await using var source = await BrokerProcess.StartAsync();
        await using var target = await BrokerProcess.StartAsync();
        await FillAsync(source);
        await DefineAsync(source, target);

        foreach (var killed in (BrokerProcess[])[target, source, target])
        {
            await ArrivedAsync(target, await CountAsync(target) + Count / 10);
            killed.Kill();
            await killed.RestartAsync();
            await DefineAsync(source, target); // the other broker may have a new port
        }

        var bodies = await DrainAsync(target);
        Assert.That(bodies.Distinct(), Is.EquivalentTo(Enumerable.Range(0, Count).Select(i => $"{i}")));
    }

    private static async Task FillAsync(BrokerProcess source)
    {
        await using var connection = await new ConnectionFactory { Uri = source.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("source", true, false, false);
        var persistent = new BasicProperties { Persistent = true };
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i =>
            channel.BasicPublishAsync("", "source", false, persistent, Encoding.UTF8.GetBytes($"{i}")).AsTask()));
    }

    private static async Task DefineAsync(BrokerProcess source, BrokerProcess target)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"http://127.0.0.1:{source.ManagementPort}/api/parameters/shovel/%2F/s");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        string definition = $$"""
            {"src-uri":"amqp://","src-queue":"source","dest-uri":"{{target.Uri}}","dest-queue":"target",
            "reconnect-delay":1,"src-prefetch-count":100}
            """;
        request.Content = new StringContent($"{{\"value\":{definition}}}", Encoding.UTF8, "application/json");
        Assert.That((await http.SendAsync(request)).IsSuccessStatusCode);
    }

    private static Task ArrivedAsync(BrokerProcess target, long count) => Eventually.Holds(
        async () => await CountAsync(target) is var arrived && (arrived >= count || arrived >= Count), () => "the shovel has stopped");

    private static async Task<long> CountAsync(BrokerProcess target)
    {
        await using var connection = await new ConnectionFactory { Uri = target.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync("target")).MessageCount;
        }
        catch (OperationInterruptedException)
        {
            return 0; // the shovel has not declared the queue yet
        }
    }

    private static async Task<List<string>> DrainAsync(BrokerProcess target)
    {
        await using var connection = await new ConnectionFactory { Uri = target.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var bodies = new List<string>();
        var seen = new HashSet<string>();
        await Eventually.Holds(
            async () =>
            {
                while (await channel.BasicGetAsync("target", true) is { } message)
                {
                    bodies.Add(Encoding.UTF8.GetString(message.Body.Span));
                    seen.Add(bodies[^1]);
                }
                return seen.Count == Count;
            },
            () => $"{seen.Count} of {Count} messages came",
            TimeSpan.FromSeconds(60));
        return bodies;
    }
}
