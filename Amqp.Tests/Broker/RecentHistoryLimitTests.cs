using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public sealed class RecentHistoryLimitTests
{
    [Test]
    public async Task An_exchange_keeps_no_more_messages_than_the_configuration_lets_it()
    {
        await using var broker = await BrokerInProcess.StartAsync("exchange.recent_history_limit = 3");
        await using var client = await RawClient.DialAsync(new UriBuilder("amqp", "127.0.0.1", broker.Port).Uri);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExchangeAsync(
            "history",
            "x-recent-history",
            arguments: FieldTable.Empty.With("x-recent-history-length", FieldValue.FromInt64(long.MaxValue)));
        await channel.DeclareQueueAsync("late");
        for (int i = 0; i < 10; i++)
            await channel.PublishAsync("history", "", $"{i}");

        await channel.BindQueueAsync("late", "history");

        foreach (string text in (string[])["7", "8", "9"])
            Assert.That((await channel.GetAsync("late")).Text, Is.EqualTo(text));
        await channel.ExpectEmptyAsync("late");
    }
}
