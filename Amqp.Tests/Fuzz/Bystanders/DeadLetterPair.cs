using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// Publishes to a queue with a message TTL, and consumes from its dead-letter queue. Sends each message only after the previous message has
/// come back, so that only the broker's timer can expire a message.
/// </summary>
internal sealed class DeadLetterPair(FuzzRun run, string virtualHost) : Bystander(run, virtualHost, "dead letters")
{
    private const int Milliseconds = 200;

    private IChannel? _publishing;

    public override int Window => 1;

    protected override async Task StartAsync()
    {
        _publishing = await ChannelAsync(confirms: true);
        string grave = Name + ".expired";
        await _publishing.QueueDeclareAsync(grave, durable: true, exclusive: false, autoDelete: false);
        await _publishing.QueueDeclareAsync(
            Name, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>
            {
                ["x-message-ttl"] = Milliseconds,
                ["x-dead-letter-exchange"] = "",
                ["x-dead-letter-routing-key"] = grave
            });
        await ConsumeAsync(await ChannelAsync(), grave, autoAck: false, async delivery =>
        {
            if (delivery.BasicProperties.Headers?.ContainsKey("x-death") is not true)
                Fail("a message came that has not died");
            await TakeAsync(delivery);
        });
    }

    protected override Task SendAsync(long number) =>
        _publishing!.BasicPublishAsync("", Name, mandatory: true, new BasicProperties { Persistent = true }, BitConverter.GetBytes(number))
            .AsTask();
}
