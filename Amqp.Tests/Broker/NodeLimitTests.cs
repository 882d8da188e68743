using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>What a broker allows all of its clients together.</summary>
public class NodeLimitTests
{
    [Test]
    public async Task One_connection_too_many_is_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection_max = 1");
        await using var first = await DialAsync(broker);
        await first.OpenAsync();
        await using var second = await DialAsync(broker);
        await second.LogInAndExpectTuneAsync();
        await second.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));

        await second.SendAsync(0, new ConnectionOpen("/"));

        await second.ExpectCloseAsync(ReplyCode.NotAllowed, "NOT_ALLOWED - connection refused: node connection limit (1) is reached", ConnectionOpen.Id);
    }

    [Test]
    public async Task One_queue_too_many_is_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync("cluster_queue_limit = 1");
        await using var client = await DialAsync(broker);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("a");

        await channel.SendAsync(new QueueDeclare("b", false, false, true, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - cannot declare queue 'b': queue limit in cluster (1) is reached", QueueDeclare.Id);
    }

    [Test]
    public async Task A_delivery_stays_unacknowledged_no_longer_than_the_broker_allows()
    {
        await using var broker = await BrokerInProcess.StartAsync("consumer_timeout = 200");
        await using var client = await DialAsync(broker);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.ConsumeAsync("q");
        await channel.PublishAsync("", "q", "a");
        await channel.ExpectDeliveryAsync();

        var close = await channel.ExpectAsync<ChannelClose>();

        Assert.That(close.ReplyText, Does.StartWith("PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 200 ms."));
    }

    private static Task<RawClient> DialAsync(BrokerInProcess broker) => RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
}
