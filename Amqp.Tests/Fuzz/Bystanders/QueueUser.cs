using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// Publishes to a queue and consumes from it. A durable queue gets persistent messages, with confirms and acknowledgements. A queue that is
/// not durable gets transient messages, without confirms or acknowledgements.
/// </summary>
internal sealed class QueueUser(FuzzRun run, string virtualHost, bool isDurable)
    : Bystander(run, virtualHost, isDurable ? "durable queue" : "transient stream")
{
    private IChannel? _publishing;

    protected override async Task StartAsync()
    {
        _publishing = await ChannelAsync(confirms: isDurable);
        var consuming = await ChannelAsync();
        await consuming.QueueDeclareAsync(Name, isDurable, exclusive: !isDurable, autoDelete: false);
        await consuming.BasicQosAsync(0, 20, global: false);
        await ConsumeAsync(consuming, Name, autoAck: !isDurable, TakeAsync);
    }

    protected override Task SendAsync(long number) =>
        _publishing!.BasicPublishAsync(
            "", Name, mandatory: true, new BasicProperties { Persistent = isDurable }, BitConverter.GetBytes(number))
            .AsTask();
}
