using System.Security.Cryptography;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>The broker delivers messages whose bodies have hundreds of frames.</summary>
public sealed class LargeMessageTests : ClientTests
{
    [TestCase(1 << 20, false)]
    [TestCase(1 << 20, true)]
    [TestCase(16 << 20, false)]
    [TestCase(16 << 20, true)]
    [TestCase(100 << 20, false)]
    [TestCase(100 << 20, true)]
    public async Task A_large_body_comes_as_it_was_sent(int size, bool persistent)
    {
        // By default the client library accepts bodies of at most 64 MiB.
        var connection = await ConnectAsync(factory => factory.MaxInboundMessageBodySize = 128 << 20);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        string queue = await channel.QueueDeclareAsync($"large-{Guid.NewGuid():N}", durable: true, exclusive: false, autoDelete: false);
        byte[] body = RandomNumberGenerator.GetBytes(size);

        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = persistent }, body);
        var received = await channel.BasicGetAsync(queue, autoAck: true);

        Assert.That(received!.Body.Length, Is.EqualTo(size));
        Assert.That(received.Body.Span.SequenceEqual(body));
    }

    [Test]
    public async Task Small_messages_of_others_pass_while_a_large_one_is_under_way()
    {
        var large = await OpenChannelAsync(confirms: true);
        string queue = await large.QueueDeclareAsync();
        var small = await OpenChannelAsync(confirms: true);
        string smallQueue = await small.QueueDeclareAsync();

        var publishing = large.BasicPublishAsync("", queue, new byte[100 << 20]).AsTask();
        int passed = 0;
        for (; !publishing.IsCompleted; passed++)
        {
            await small.BasicPublishAsync("", smallQueue, new byte[] { 1 });
            Assert.That(await small.BasicGetAsync(smallQueue, autoAck: true), Is.Not.Null);
        }
        await publishing;

        Assert.That(passed, Is.GreaterThan(5));
    }
}
