using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>The memory alarm counts the memory of consumers, channels and connections until they end.</summary>
public sealed class ConnectionMemoryTests
{
    [TestCase("cancel")]
    [TestCase("close")]
    [TestCase("delete")]
    public async Task Consumers_that_are_gone_count_no_longer(string end)
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        var connection = broker.Connections.All.Single();
        await Eventually.Holds(() => connection.Outbox.Waiting == 0, () => "the answer is not sent");
        long before = connection.MemoryInUse;
        for (int i = 0; i < 3; i++)
            await channel.ConsumeAsync("q", $"{i}");
        await Eventually.Holds(
            () => connection.MemoryInUse == before + 3 * ObjectSize.Consumer,
            () => $"{connection.MemoryInUse - before} for three consumers");

        if (end == "close")
            await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
        else if (end == "delete")
            await channel.SendAsync(new QueueDelete("q", false, false, NoWait: true));
        else
            for (int i = 0; i < 3; i++)
                await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel($"{i}", false));

        long expected = end == "close" ? before - ObjectSize.Channel : before;
        await Eventually.Holds(() => connection.MemoryInUse == expected, () => $"{connection.MemoryInUse - expected} bytes too many");
        await client.DisposeAsync();
        await Eventually.Holds(
            () => broker.Broker.Memory.Clients.Bytes == 0,
            () => $"{broker.Broker.Memory.Clients.Bytes} bytes of a closed connection are still counted");
    }
}
