using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public class ReplyLimitTests
{
    [Test]
    public async Task Replies_to_who_does_not_read_them_are_dropped_before_they_fill_the_memory()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.reply_high_watermark = 1MiB");
        await using var requester = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await using var replier = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await requester.OpenAsync();
        await replier.OpenAsync();
        var asking = await requester.OpenChannelAsync();
        await asking.DeclareExclusiveQueueAsync("q");
        await asking.ConsumeAsync("amq.rabbitmq.reply-to", noAck: true);
        await asking.PublishAsync("", "q", "ask", new() { ReplyTo = "amq.rabbitmq.reply-to" });
        string name = (await asking.GetAsync("q")).Content.Decoded.ReplyTo!;
        var answering = await replier.OpenChannelAsync();

        // The buffers of the sockets take some of the 64 replies of 1 MiB. The other replies still exceed the limit of 1 MiB.
        for (int reply = 0; reply < 64; reply++)
            await answering.PublishAsync("", name, new string('x', 1 << 20));
        await answering.PublishAsync("", name, "one too many", mandatory: true);

        Assert.That((await answering.ExpectMessageAsync<BasicReturn>()).Text, Is.EqualTo("one too many"));
        Assert.That((await asking.ExpectDeliveryAsync()).Text, Has.Length.EqualTo(1 << 20), "earlier replies arrive");
    }
}
