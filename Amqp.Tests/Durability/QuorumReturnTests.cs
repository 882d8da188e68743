using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability;

/// <summary>
/// Messages returned to a quorum queue keep their order, their redelivered marks and their delivery counts after a crash.
/// </summary>
public class QuorumReturnTests
{
    [TestCase(false, "3:0 4:0 5:0 1:2 0:1 2:1")]
    [TestCase(true, "1:2 0:1 2:1 3:0 4:0 5:0")]
    public async Task Order_marks_and_counts_outlive_a_kill(bool hasLimit, string expected)
    {
        await using var broker = await BrokerProcess.StartAsync();
        await using (var client = await RawClient.DialAsync(broker.Uri))
        {
            await client.OpenAsync();
            var channel = await client.OpenChannelAsync();
            var arguments = FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum"));
            await channel.DeclareQueueAsync(
                "q", durable: true, arguments: hasLimit ? arguments.With("x-delivery-limit", FieldValue.FromInt32(9)) : arguments);
            var publisher = await client.OpenChannelAsync(2);
            await publisher.SelectConfirmsAsync();
            await PublishAsync(publisher, "q", "1");
            await channel.GetAsync("q", noAck: false);
            await channel.SendAsync(new BasicNack(1, false, Requeue: true));
            await channel.GetAsync("q", noAck: false);
            foreach (string text in (string[])["0", "2", "3", "4", "5"])
                await PublishAsync(publisher, "q", text);
            await channel.GetAsync("q", noAck: false);
            await channel.GetAsync("q", noAck: false);
            foreach (ulong tag in (ulong[])[2, 3, 4])
                await channel.SendAsync(new BasicNack(tag, false, Requeue: true));
            await channel.DeclareQueueAsync("last", durable: true);
            await PublishAsync(publisher, "last", ""); // when this message is durable, everything before it in the log is durable as well
        }

        broker.Kill();
        await broker.RestartAsync();

        await using var again = await RawClient.DialAsync(broker.Uri);
        await again.OpenAsync();
        var reader = await again.OpenChannelAsync();
        var found = new List<string>();
        for (int message = 0; message < 6; message++)
        {
            var got = await reader.GetAsync("q");
            long count = got.Content.Decoded.Headers!["x-delivery-count"]!.Value.AsInteger();
            Assert.That(got.Method.Redelivered, Is.EqualTo(count > 0));
            found.Add($"{got.Text}:{count}");
        }
        await reader.ExpectEmptyAsync("q");
        Assert.That(string.Join(' ', found), Is.EqualTo(expected));
    }

    private static async Task PublishAsync(RawChannel channel, string queue, string text)
    {
        await channel.PublishAsync("", queue, text, new() { DeliveryMode = 2 });
        await channel.ExpectAsync<BasicAck>();
    }
}
