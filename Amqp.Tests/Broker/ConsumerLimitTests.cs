using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public class ConsumerLimitTests
{
    [TestCase("q")]
    [TestCase("amq.rabbitmq.reply-to")]
    public async Task One_consumer_too_many_on_a_channel_closes_the_connection(string queue)
    {
        await using var broker = await BrokerInProcess.StartAsync("consumer_max_per_channel = 1");
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.ConsumeAsync("q");

        await channel.SendAsync(new BasicConsume(queue, "", false, true, false, false, FieldTable.Empty));

        await client.ExpectCloseAsync(ReplyCode.NotAllowed, "NOT_ALLOWED - reached maximum (1) of consumers per channel", BasicConsume.Id);
    }
}
