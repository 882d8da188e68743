using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// Lets messages expire in one queue and takes them from another. Only one message is in flight at a time, so only the timer of the first
/// queue can find that it has expired.
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
