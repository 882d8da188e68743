using System.Text.Json;
using Amqp.Server.Cli.Operate;

namespace Amqp.Tests.Cli;

/// <summary>Commands compute the rates of a queue's counts from two samples.</summary>
public sealed class RateSampleTests
{
    // Parameters: statistics of the queue, its statistics two seconds later, and the expected rate.
    [TestCase("""{"publish":10}""", """{"publish":25}""", "7.5")]
    [TestCase("""{"publish":10}""", """{"publish":34}""", "12")]
    [TestCase("""{"publish":10}""", """{"publish":10,"publish_details":{"rate":9.0}}""", "0")]
    [TestCase("""{"publish":10}""", """{"publish":4}""", "0")] // the queue has restarted
    [TestCase("""{"ack":10}""", """{"publish":4}""", "2.0")]
    [TestCase("[]", """{"publish":4}""", "2.0")]
    [TestCase("""{"publish":10}""", """{"ack":40}""", "-")]
    [TestCase("""{"publish":10}""", "[]", "-")]
    [TestCase(null, """{"publish":4,"publish_details":{"rate":3.0}}""", "3.0")] // the queue is new
    [TestCase(null, """{"publish":4}""", "-")]
    public void A_rate_is_what_came_in_the_time_between(string? before, string now, string rate)
    {
        long start = TimeProvider.System.GetTimestamp();
        var earlier = new RateSample(start, Queues(before is null ? [] : [before]));

        var later = new RateSample(start + 2 * TimeProvider.System.TimestampFrequency, Queues(now));

        Assert.That(later.Rate(earlier, ("v", "q"), "publish"), Is.EqualTo(rate));
    }

    private static JsonElement Queues(params string[] statistics) =>
        JsonDocument.Parse(
            $"[{string.Join(',', statistics.Select(each => $$"""{"vhost":"v","name":"q","message_stats":{{each}}}"""))}]").RootElement;
}
