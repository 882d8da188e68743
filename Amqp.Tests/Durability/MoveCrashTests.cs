using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>
/// Kills the broker (SIGKILL) while a job moves messages. Each message must be in one queue or the other, and at most one batch in both.
/// </summary>
/// <remarks>
/// <c>AMQP_TESTS_MOVED</c> sets the number of messages, <c>AMQP_TESTS_CRASHES</c> the number of kills. A run with the same
/// <c>AMQP_TESTS_SEED</c> makes the same random choices.
/// </remarks>
public sealed class MoveCrashTests
{
    private const int Batch = 256; // messages of a batch, which a crash may duplicate

    private const string Settings = """
        store.segment_size = 4MiB
        store.max_messages_in_memory = 5000
        """;

    private readonly int _seed = TestRounds.Seed;
    private readonly int _messages = TestRounds.Number("AMQP_TESTS_MOVED") ?? 50_000;
    private readonly int _crashes = TestRounds.Number("AMQP_TESTS_CRASHES") ?? 3;
    private readonly string _configuration = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [TearDown]
    public void DeleteConfiguration() => File.Delete(_configuration);

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_kill_during_a_move_loses_no_message_and_duplicates_at_most_a_batch(bool isFiltered)
    {
        var random = new Random(_seed);
        await File.WriteAllTextAsync(_configuration, Settings);
        await using var broker = await BrokerProcess.StartAsync(configFile: _configuration);
        await FillAsync(broker);
        var (from, to) = ("a", "b");
        int interrupted = 0;
        TimeSpan whole = TimeSpan.FromMilliseconds(_messages / 1_500);
        for (int crash = 1; crash <= _crashes; crash++)
        {
            await MoveAsync(broker, from, to, isFiltered);
            await Task.Delay(random.Next((int)whole.TotalMilliseconds)); // makes the moment of the kill random
            broker.Kill();
            await broker.RestartAsync();
            long inFrom = await CountAsync(broker, from), inTo = await CountAsync(broker, to);
            interrupted += inFrom > 0 && inTo > 0 ? 1 : 0;
            Assert.That(inFrom + inTo, Is.InRange(_messages, _messages + crash * Batch), $"crash {crash}; seed {_seed}");
            (from, to) = (to, from);
        }

        int[] first = await TakeAsync(broker, "a"), second = await TakeAsync(broker, "b");
        Assert.That(first.Concat(second).Distinct().Order(), Is.EqualTo(Enumerable.Range(0, _messages)));
        Assert.That(first.Length + second.Length, Is.LessThanOrEqualTo(_messages + _crashes * Batch));
        await TestContext.Progress.WriteLineAsync(
            $"{first.Length + second.Length - _messages} duplicates of {_messages} messages after {_crashes} kills, "
                + $"{interrupted} of them during the move; seed {_seed}");
    }

    private static async Task<JsonElement> SendAsync(BrokerProcess broker, HttpMethod method, string path, object? body = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
    }

    private static async Task MoveAsync(BrokerProcess broker, string from, string to, bool isFiltered)
    {
        // the filter matches the messages whose numbers do not end in 7, so that every tenth message keeps its place
        string[] filter = isFiltered ? ["body!=*7"] : [];
        await SendAsync(broker, HttpMethod.Post, $"queues/%2F/{from}/messages/move", new { destination_queue = to, filter });
    }

    private static async Task<long> CountAsync(BrokerProcess broker, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }

    private async Task FillAsync(BrokerProcess broker)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        foreach (string queue in new[] { "a", "b" })
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        var properties = new BasicProperties { Persistent = true };
        var publishes = new List<Task>();
        for (int i = 0; i < _messages; i++)
        {
            byte[] body = Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture));
            publishes.Add(channel.BasicPublishAsync("", "a", false, properties, body).AsTask());
            if (publishes.Count < 1_000)
                continue;
            await Task.WhenAll(publishes);
            publishes.Clear();
        }
        await Task.WhenAll(publishes);
    }

    /// <summary>Takes all messages of a queue. Messages of one move must be in order.</summary>
    private static async Task<int[]> TakeAsync(BrokerProcess broker, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        long count = await channel.MessageCountAsync(queue);
        var numbers = new List<int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            numbers.Add(int.Parse(Encoding.UTF8.GetString(delivery.Body.Span), CultureInfo.InvariantCulture));
            if (numbers.Count == count)
                all.TrySetResult();
            return Task.CompletedTask;
        };
        if (count == 0)
            return [];
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        await all.Task.WaitAsync(TimeSpan.FromMinutes(2));
        return [.. numbers];
    }
}
