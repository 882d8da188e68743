using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.BackPressure;

/// <summary>The broker frees the memory of large message bodies.</summary>
public sealed class LargeBodyTests : BackPressureTests
{
    private const int Size = 60_000_000; // the client library accepts at most 64 MiB

    [Test]
    public async Task The_memory_of_large_bodies_is_given_back()
    {
        var connection = await ConnectAsync();
        byte[] body = new byte[Size];
        new Random(1).NextBytes(body);
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true)))
        {
            string queue = await channel.QueueDeclareAsync();
            for (int round = 0; round < 3; round++)
            {
                await channel.BasicPublishAsync("", queue, body).AsTask().WaitAsync(Patience);
                var got = await channel.BasicGetAsync(queue, autoAck: true).WaitAsync(Patience);
                Assert.That(got!.Body.Span.SequenceEqual(body), "the body has changed");
            }
        }
        await TestContext.Progress.WriteLineAsync($"large bodies: {ProcessMemory.PeakBytes(Broker.Pid) / MiB} MiB at most");

        await Eventually.Holds(
            () => ProcessMemory.ResidentBytes(Broker.Pid) < 200 * MiB,
            () => $"the broker holds {ProcessMemory.ResidentBytes(Broker.Pid) / MiB} MiB",
            TimeSpan.FromSeconds(90));
    }
}
