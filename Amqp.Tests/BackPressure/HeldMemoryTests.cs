using System.Buffers;
using Amqp.Protocol;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Partly received messages count for the memory alarm, and have a memory limit of their own. The alarm's watermark is 64 MiB.
/// </summary>
public sealed class HeldMemoryTests : BackPressureTests, IDisposable
{
    private const int Size = 10_000;
    private readonly TemporaryFile _config = new("vm_memory_high_watermark.absolute = 64MiB\nvm_memory_high_watermark_paging_ratio = 1.0");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task A_transaction_that_takes_the_memory_there_is_ends_its_connection()
    {
        var publisher = await OpenTransactionAsync();

        publisher.SendUntilBlocked(AmqpSocket.Publish("", "uncommitted", new byte[Size], persistent: false), 400 * MiB);

        await DemandEndedAsync(publisher);
        await DemandServiceAsync(); // succeeds only if the broker has freed the memory of the publisher
        Assert.That(ProcessMemory.PeakBytes(Broker.Pid), Is.LessThan(400 * MiB));
    }

    [Test]
    public async Task An_uncommitted_transaction_is_no_burden_once_its_client_is_gone()
    {
        var publisher = await OpenTransactionAsync();
        publisher.SendUntilBlocked(AmqpSocket.Publish("", "uncommitted", new byte[Size], persistent: false), 100 * MiB);

        publisher.Dispose();

        await DemandServiceAsync();
    }

    [Test]
    public async Task A_transaction_that_fits_is_committed_while_memory_is_short()
    {
        var publisher = await OpenTransactionAsync();
        await publisher.SendAsync(AmqpSocket.Publish("", "uncommitted", new byte[Size], persistent: false));
        var flood = await OpenSocketAsync();
        await DeclareAsync(flood, "flood");
        flood.SendUntilBlocked(AmqpSocket.Publish("", "flood", new byte[Size], persistent: false), 1_000 * MiB);

        await publisher.SendAsync(1, new TxCommit());

        await publisher.ExpectAsync<TxCommitOk>();
    }

    [Test]
    public async Task Messages_that_are_half_there_and_take_the_memory_there_is_end_their_connection()
    {
        const int channels = 10; // 10 channels publish 400 MB together
        var publisher = await OpenSocketAsync();

        for (ushort channel = 2; channel < channels + 2; channel++)
        {
            byte[] unfinished = UnfinishedPublish(channel);
            publisher.SendUntilBlocked(unfinished, unfinished.Length);
        }

        await DemandEndedAsync(publisher);
        await DemandServiceAsync();
    }

    private static async Task DemandEndedAsync(AmqpSocket publisher)
    {
        RawFrame frame;
        while ((frame = await publisher.ReceiveAsync()).Method != ConnectionClose.Id)
            Assert.That(frame.Method, Is.EqualTo(ChannelOpenOk.Id), $"{frame}");
        Assert.That(MethodArguments.Read<ConnectionClose>(frame.Arguments).ReplyCode, Is.EqualTo((ushort)ReplyCode.ResourceError));
    }

    private async Task<AmqpSocket> OpenTransactionAsync(ushort heartbeat = 0)
    {
        var publisher = await OpenSocketAsync(heartbeat);
        await DeclareAsync(publisher, "uncommitted");
        await publisher.SendAsync(1, new TxSelect());
        await publisher.ExpectAsync<TxSelectOk>();
        return publisher;
    }

    /// <summary>
    /// Returns the frames that open a channel and publish a message of 40 MB on the channel. The last frame of the message is missing.
    /// </summary>
    private static byte[] UnfinishedPublish(ushort channel)
    {
        const int frameMax = 131_072;
        byte[] body = new byte[300 * (frameMax - Frame.Overhead)];
        var output = new ArrayBufferWriter<byte>(body.Length + 300 * Frame.Overhead + 256);
        var writer = new FrameWriter(output);
        writer.WriteMethod(channel, new ChannelOpen());
        writer.WriteMethod(channel, new BasicPublish("", "unfinished", false, false));
        writer.WriteContent(channel, Encoded.Properties(new BasicProperties()), body, frameMax);
        return output.WrittenSpan[..^frameMax].ToArray();
    }
}
