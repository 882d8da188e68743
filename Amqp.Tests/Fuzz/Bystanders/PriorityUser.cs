using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// Fills a queue with messages of several priorities and header lengths, and gets the messages one by one. Higher priorities must come
/// first. Messages of equal priority must stay in order.
/// </summary>
internal sealed class PriorityUser(FuzzRun run, string virtualHost) : Bystander(run, virtualHost, "batches by priority")
{
    private const int Levels = 4;

    private static readonly int[] _headerLengths = [0, 200, 30_000, 65_535, 65_536, 120_000];

    private IChannel? _channel;

    public override int Window => 1;

    protected override async Task StartAsync()
    {
        _channel = await ChannelAsync(confirms: true);
        await _channel.QueueDeclareAsync(
            Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-priority"] = Levels });
    }

    protected override async Task SendAsync(long number)
    {
        for (int priority = 1; priority <= Levels; priority++)
            foreach (int length in _headerLengths)
                await PublishAsync(number, priority, length);
        for (int priority = Levels; priority >= 1; priority--)
            foreach (int length in _headerLengths)
                await DemandAsync(number, priority, length);
        if (Messages.Take(number) is { } complaint)
            Fail(complaint);
    }

    private ValueTask PublishAsync(long number, int priority, int headerLength)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            Priority = (byte)priority,
            MessageId = $"{number}",
            Headers = new Dictionary<string, object?> { ["h"] = new byte[headerLength] }
        };
        return _channel!.BasicPublishAsync("", Name, mandatory: true, properties, new byte[] { 1 });
    }

    private async Task DemandAsync(long number, int priority, int headerLength)
    {
        var got = await _channel!.BasicGetAsync(Name, autoAck: true);
        string expected = Describe(number.ToString(), priority, headerLength);
        string actual = got is null
            ? "nothing"
            : Describe(got.BasicProperties.MessageId, got.BasicProperties.Priority, (got.BasicProperties.Headers?["h"] as byte[])?.Length);
        if (actual != expected)
            Fail($"{actual} came in the place of {expected}");
    }

    private static string Describe(string? batch, int priority, int? headerLength) =>
        $"batch {batch} priority {priority} header {headerLength}";
}
