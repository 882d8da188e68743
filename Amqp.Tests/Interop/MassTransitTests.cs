using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RabbitMQ.Client;

namespace Amqp.Tests.Interop;

/// <summary>Applications that use MassTransit work with this broker.</summary>
[TestFixture]
public sealed partial class MassTransitTests() : InteropFixture(ClientLanguage.MassTransit)
{
    private string _queue = "";
    private string _other = "";

    [SetUp]
    public void NameQueues()
    {
        _queue = Unique("orders");
        _other = Unique("orders");
    }

    [Test]
    public async Task A_published_message_reaches_every_endpoint_that_consumes_its_type() =>
        Assert.That(await RunAsync("publish"), Is.EquivalentTo(new[]
        {
            $" [x] {_queue} received order 7",
            $" [x] {_other} received order 7",
        }));

    [Test]
    public async Task A_sent_message_reaches_the_endpoint_that_it_is_sent_to() =>
        Assert.That(await RunAsync("send"), Is.EquivalentTo(new[]
        {
            $" [x] {_queue} received order 1",
            $" [x] {_queue} received order 2",
        }));

    [Test]
    public async Task A_consumer_that_fails_is_tried_again() =>
        Assert.That(await RunAsync("retry"), Is.EqualTo(new[]
        {
            " [x] attempt 0 fails",
            " [x] attempt 1 fails",
            " [x] attempt 2 succeeds",
        }));

    [Test]
    public async Task A_failed_message_is_delivered_again_later_by_the_delayed_exchange()
    {
        IReadOnlyList<string> lines = await RunAsync("redelivery");

        Assert.That(lines.Select(WithoutTime), Is.EqualTo(new[]
        {
            " [x] delivery",
            " [x] redelivery 1",
            " [x] redelivery 2",
        }));
        Assert.That(Milliseconds(lines[1]), Is.GreaterThan(280));
        Assert.That(Milliseconds(lines[2]), Is.GreaterThan(580));
    }

    [Test]
    public async Task A_scheduled_message_comes_at_its_time()
    {
        IReadOnlyList<string> lines = await RunAsync("schedule");

        Assert.That(lines.Select(WithoutTime), Is.EqualTo(new[] { " [x] received order 1" }));
        Assert.That(Milliseconds(lines[0]), Is.GreaterThan(680));
    }

    [Test]
    public async Task What_cannot_be_consumed_goes_to_the_error_queue_with_the_reason_and_a_fault_is_published()
    {
        Assert.That(await RunAsync("errors"), Is.EqualTo(new[] { " [x] order 1 failed: never" }));

        Assert.That(await FirstHeaderAsync($"{_queue}_error", "MT-Fault-Message"), Is.EqualTo("never"));
    }

    [Test]
    public async Task What_no_consumer_is_for_goes_to_the_skipped_queue()
    {
        Assert.That(await RunAsync("skipped"), Is.EqualTo(new[] { " [x] received order 2" }));

        Assert.That(await FirstHeaderAsync($"{_queue}_skipped", "MT-Reason"), Is.EqualTo("dead-letter"));
    }

    [Test]
    public async Task A_request_is_answered() =>
        Assert.That(await RunAsync("request"), Is.EqualTo(Enumerable.Range(1, 20).Select(number => $" [x] {number} costs {number * 10}")));

    [Test]
    public async Task A_consumer_works_on_as_many_messages_at_once_as_it_is_allowed()
    {
        IReadOnlyList<string> lines = await RunAsync("concurrency");

        Assert.That(lines.SkipLast(1), Is.EquivalentTo(Enumerable.Range(1, 40).Select(number => $" [x] received order {number}")));
        Assert.That(lines[^1], Is.EqualTo(" [x] 4 at once"));
    }

    [Test]
    public async Task A_mandatory_message_that_nobody_wants_fails_the_send() =>
        Assert.That(await RunAsync("mandatory"), Is.EqualTo(new[] { " [x] returned: The message was returned by RabbitMQ" }));

    [Test]
    public async Task An_endpoint_with_a_quorum_queue_works() =>
        Assert.That(await RunAsync("quorum"), Is.EqualTo(new[] { " [x] received order 5" }));

    private Task<IReadOnlyList<string>> RunAsync(string program) => RunAsync(program, "--queue", _queue, "--other", _other);

    /// <summary>Takes the first message of a queue, and returns the value of one of its headers.</summary>
    private static async Task<string> FirstHeaderAsync(string queue, string header)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = InteropRun.BrokerUri }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        BasicGetResult? message = await channel.BasicGetAsync(queue, autoAck: true);
        return Encoding.UTF8.GetString((byte[])message!.BasicProperties.Headers![header]!);
    }

    private static string WithoutTime(string line) => Time().Replace(line, "");

    private static int Milliseconds(string line) => int.Parse(Time().Match(line).Groups["ms"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(", (?<ms>[0-9]+) ms later$")]
    private static partial Regex Time();
}
