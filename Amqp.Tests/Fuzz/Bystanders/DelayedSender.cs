using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>Publishes to an x-delayed-message exchange. Sends each message only after the previous message has come back.</summary>
internal sealed class DelayedSender(FuzzRun run, string virtualHost) : Bystander(run, virtualHost, "lone delayed messages")
{
    private const int Milliseconds = 200;

    private IChannel? _publishing;

    public override int Window => 1;

    protected override async Task StartAsync()
    {
        _publishing = await ChannelAsync(confirms: true);
        await _publishing.ExchangeDeclareAsync(
            Name, "x-delayed-message", durable: true, autoDelete: false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await _publishing.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false);
        await _publishing.QueueBindAsync(Name, Name, "");
        await ConsumeAsync(await ChannelAsync(), Name, autoAck: false, TakeAsync);
    }

    protected override Task SendAsync(long number) => _publishing!.BasicPublishAsync(
        Name,
        "",
        mandatory: false,
        new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["x-delay"] = Milliseconds } },
        BitConverter.GetBytes(number))
            .AsTask();
}
