using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>A client sends many requests in one packet, and each request has a large response.</summary>
public sealed class PipelinedGetTests : BackPressureTests
{
    private const int Size = 4_000_000;
    private const int Count = 100; // each answer contains a message of 4 MB, so all answers together have 400 MB

    [Test]
    public async Task Gets_wait_until_the_answers_to_those_before_are_read()
    {
        var client = await OpenSocketAsync();
        await DeclareAsync(client, "large");
        await client.SendAsync(AmqpSocket.Publish("", "large", new byte[Size], persistent: false));

        await client.SendAsync(GetsAndRejects());
        await DemandServiceAsync(); // at this time, the first client has not read any response
        for (ulong tag = 1; tag <= Count; tag++)
            await DemandMessageAsync(client, tag);

        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync(
            $"pipelined gets: {peak / MiB} MiB at most with {(long)Size * Count / MiB} MiB asked for");
        Assert.That(peak, Is.LessThan(250 * MiB));
    }

    /// <summary>Returns the frames of many requests: alternately a basic.get, and a basic.reject that requeues the message.</summary>
    private static byte[] GetsAndRejects()
    {
        var requests = new List<byte>();
        for (ulong tag = 1; tag <= Count; tag++)
        {
            requests.AddRange(Encoded.Frame(1, new BasicGet("large", false)));
            requests.AddRange(Encoded.Frame(1, new BasicReject(tag, true)));
        }
        return [.. requests];
    }

    private static async Task DemandMessageAsync(AmqpSocket client, ulong tag)
    {
        var method = await client.ExpectAsync<BasicGetOk>();
        Assert.That(method.DeliveryTag, Is.EqualTo(tag));
        await client.ReceiveAsync(); // this frame is the content header
        for (int received = 0; received < Size;)
            received += (await client.ReceiveAsync()).Payload.Length;
    }
}
