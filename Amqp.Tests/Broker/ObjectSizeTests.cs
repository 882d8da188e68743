using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// For the memory alarm, the broker estimates the sizes of its objects. The estimates are close to the sizes on the heap.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[NonParallelizable]
public sealed class ObjectSizeTests
{
    private const int Count = 300; // objects in a batch
    private const int Batches = 6; // the channels of all fit in one connection
    private const int QuietReadings = 5;
    private const int QuietBytes = 16 << 10;

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private RawChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync();
        _client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await _client.OpenAsync();
        _channel = await _client.OpenChannelAsync(1);
        await _channel.DeclareQueueAsync("q");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [TestCase("queue", ObjectSize.Queue)]
    [TestCase("exchange", ObjectSize.Exchange)]
    [TestCase("binding", ObjectSize.Binding)]
    [TestCase("consumer", ObjectSize.Consumer)]
    [TestCase("channel", ObjectSize.Channel)]
    public async Task What_is_counted_is_about_what_it_takes(string kind, int size)
    {
        int made = 20;
        await MakeAsync(kind, 0, made); // the first objects cause allocations that happen only once and must not be measured
        await WaitForRestAsync();
        var sizes = new List<long>();
        for (int batch = 0; batch < Batches; batch++)
        {
            long before = HeapSize();
            await MakeAsync(kind, made, Count);
            sizes.Add((HeapSize() - before) / Count);
            made += Count;
        }

        // The median, because the end of what other tests have left behind can fall into a batch.
        long each = sizes.Order().ElementAt(Batches / 2);
        await TestContext.Progress.WriteLineAsync($"{kind}: {each} bytes, counted as {size}");
        Assert.That(each, Is.InRange(size / 2, size * 2));
    }

    /// <summary>
    /// Waits until the heap keeps its size for some readings: brokers of other tests may still be ending, and would free more than a batch
    /// takes.
    /// </summary>
    private static async Task WaitForRestAsync()
    {
        long last = HeapSize();
        int quiet = 0;
        await Eventually.Holds(
            () =>
            {
                long before = last;
                last = HeapSize();
                quiet = Math.Abs(last - before) < QuietBytes ? quiet + 1 : 0;
                return quiet == QuietReadings;
            },
            () => "the size of the heap goes on changing");
    }

    /// <summary>
    /// Returns the size of all objects in use. <see cref="GC.GetTotalMemory"/> alone stops collecting at a difference of 5 %, which is more
    /// than the objects of a batch.
    /// </summary>
    private static long HeapSize()
    {
        for (int i = 0; i < 2; i++) // the second time for the objects that finalizers have held
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private async Task MakeAsync(string kind, int from, int count)
    {
        for (int number = from; number < from + count; number++)
        {
            switch (kind)
            {
                case "queue":
                    await _channel.DeclareQueueAsync($"queue{number}");
                    break;
                case "exchange":
                    await _channel.DeclareExchangeAsync($"exchange{number}", "topic");
                    break;
                case "binding":
                    await _channel.BindQueueAsync("q", "amq.topic", $"a.{number}");
                    break;
                case "consumer":
                    await _channel.ConsumeAsync("q", $"consumer{number}");
                    break;
                default:
                    await _client.SendAsync((ushort)(number + 2), new ChannelOpen());
                    await _client.ExpectAsync<ChannelOpenOk>((ushort)(number + 2));
                    break;
            }
        }
    }
}
