using System.Text;
using System.Text.Json;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Problems;

/// <summary>A broker and its clients in the state of a problem, with short times until a state counts as one.</summary>
public abstract class ProblemTests
{
    internal FaultyBroker Broker { get; private set; } = null!;

    internal IChannel Channel { get; private set; } = null!;

    /// <summary>Settings of the broker, in addition to the short times.</summary>
    protected virtual IEnumerable<string> Settings => [];

    [SetUp]
    public async Task StartAsync()
    {
        Broker = await FaultyBroker.StartAsync(
            ["collect_statistics_interval = 100", "problems.growth_time = 600", "problems.unconsumed_after = 1", .. Settings]);
        Channel = await Broker.ChannelAsync();
    }

    [TearDown]
    public async Task StopAsync() => await Broker.DisposeAsync();

    protected Task DeclareAsync(string queue, Dictionary<string, object?>? arguments = null) =>
        Channel.QueueDeclareAsync(queue, true, false, false, arguments);

    protected async Task PublishAsync(string queue, int messages)
    {
        for (int i = 0; i < messages; i++)
            await Channel.BasicPublishAsync("", queue, false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"{i}"));
    }

    /// <summary>Begins to consume a queue. The consumer keeps the channel, and acknowledges nothing.</summary>
    protected async Task<IChannel> ConsumeAsync(string queue, string tag, ushort prefetch)
    {
        var channel = await Broker.ChannelAsync();
        await channel.BasicQosAsync(0, prefetch, false);
        await channel.BasicConsumeAsync(queue, false, tag, new AsyncEventingBasicConsumer(channel));
        return channel;
    }

    protected async Task<JsonElement[]> GetAsync(string login = "guest:guest", string query = "")
    {
        var (code, body) = await Broker.HttpAsync("GET", $"/problems{query}", login: login);
        Assert.That(code, Is.EqualTo(200), body);
        return [.. JsonDocument.Parse(body).RootElement.EnumerateArray()];
    }

    /// <summary>Waits for a problem.</summary>
    /// <param name="kind">Kind of the problem.</param>
    /// <param name="doAsync">Called before each request; null for nothing.</param>
    /// <param name="isWanted">Further condition for the problem; null for none.</param>
    protected async Task<JsonElement> FindAsync(string kind, Func<Task>? doAsync = null, Func<JsonElement, bool>? isWanted = null)
    {
        JsonElement[] all = [];
        JsonElement? found = null;
        await Eventually.Holds(
            async () =>
            {
                if (doAsync is not null)
                    await doAsync();
                all = await GetAsync();
                foreach (var problem in all)
                    if (TextOf(problem, "kind") == kind && isWanted?.Invoke(problem) != false)
                        found = problem;
                return found is not null;
            },
            () => $"no {kind} in {string.Join('\n', all)}");
        Assert.That(TextOf(found!.Value, "text"), Does.EndWith("."));
        Assert.That(TextOf(found.Value, "advice"), Is.Not.Empty);
        return found.Value;
    }

    /// <summary>Waits until no problem is of a kind.</summary>
    protected async Task LoseAsync(string kind)
    {
        JsonElement[] all = [];
        await Eventually.Holds(
            async () => (all = await GetAsync()).All(problem => TextOf(problem, "kind") != kind), () => string.Join('\n', all));
    }

    protected static string? TextOf(JsonElement problem, string field) => problem.GetProperty(field).GetString();

    /// <summary>Returns severity, virtual host, type of the object and its name.</summary>
    protected static string Head(JsonElement problem) => string.Join(
        ' ', new[] { "severity", "vhost", "object", "name" }.Select(field => TextOf(problem, field) ?? "null"));
}
