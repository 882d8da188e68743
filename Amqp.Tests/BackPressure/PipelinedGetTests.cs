using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>Many requests in one packet, each with a large response.</summary>
public sealed class PipelinedGetTests : BackPressureTests
{
    private const int Size = 4_000_000;
    private const int Count = 100; // 400 MB of answers to 4 kB of requests

    [Test]
    public async Task Gets_wait_until_the_answers_to_those_before_are_read()
    {
        var client = await OpenSocketAsync();
        await DeclareAsync(client, "large");
        await client.SendAsync(AmqpSocket.Publish("", "large", new byte[Size], persistent: false));

        await client.SendAsync(GetsAndRejects());
        await DemandServiceAsync(); // meanwhile the client does not read the responses
        for (ulong tag = 1; tag <= Count; tag++)
            await DemandMessageAsync(client, tag);

        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync(
            $"pipelined gets: {peak / MiB} MiB at most with {(long)Size * Count / MiB} MiB asked for");
        Assert.That(peak, Is.LessThan(250 * MiB));
    }

    /// <summary>Returns requests that get the same message and requeue it, repeatedly.</summary>
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
        await client.ReceiveAsync(); // the content header
        for (int received = 0; received < Size;)
            received += (await client.ReceiveAsync()).Payload.Length;
    }
}
