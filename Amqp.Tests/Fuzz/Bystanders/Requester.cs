using RabbitMQ.Client;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>Sends requests, and receives the replies through direct reply-to.</summary>
internal sealed class Requester(FuzzRun run, string virtualHost) : Bystander(run, virtualHost, "requests and replies")
{
    private const string ReplyQueue = "amq.rabbitmq.reply-to";

    private IChannel? _requesting;

    public override int Window => 1;

    protected override async Task StartAsync()
    {
        _requesting = await ChannelAsync();
        await ConsumeAsync(_requesting, ReplyQueue, autoAck: true, TakeAsync);
        var serving = await ChannelAsync();
        await serving.QueueDeclareAsync(Name, durable: false, exclusive: true, autoDelete: false);
        await ConsumeAsync(serving, Name, autoAck: false, request =>
            serving.BasicPublishAsync("", request.BasicProperties.ReplyTo!, mandatory: true, request.Body.ToArray()).AsTask());
    }

    protected override Task SendAsync(long number) =>
        _requesting!.BasicPublishAsync(
            "", Name, mandatory: true, new BasicProperties { ReplyTo = ReplyQueue }, BitConverter.GetBytes(number))
            .AsTask();
}
