namespace Amqp.Tests.Interop;

/// <summary>Subscribers bind queues to a fanout exchange. The broker chooses the names of these queues.</summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class PublishSubscribeTests(ClientLanguage language) : InteropFixture(language)
{
    [Test]
    public async Task Every_subscriber_gets_every_message()
    {
        string exchange = Unique("logs");
        await using ClientProgram first = Start("log_subscriber", "--exchange", exchange, "--count", "2");
        await using ClientProgram second = Start("log_subscriber", "--exchange", exchange, "--count", "2");
        await first.PrintedAsync("Waiting for logs in amq.gen-");
        await second.PrintedAsync("Waiting for logs in amq.gen-");

        await RunAsync("log_publisher", "--exchange", exchange, "disk full", "disk empty");

        string[] expected = [" [x] Received 'disk full'", " [x] Received 'disk empty'"];
        Assert.That((await first.FinishedAsync()).Skip(1), Is.EqualTo(expected));
        Assert.That((await second.FinishedAsync()).Skip(1), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_message_published_before_anyone_subscribed_is_not_kept()
    {
        string exchange = Unique("logs");
        await RunAsync("log_publisher", "--exchange", exchange, "too early");
        await using ClientProgram subscriber = Start("log_subscriber", "--exchange", exchange);
        await subscriber.PrintedAsync("Waiting for logs");

        await RunAsync("log_publisher", "--exchange", exchange, "in time");

        Assert.That((await subscriber.FinishedAsync()).Skip(1), Is.EqualTo(new[] { " [x] Received 'in time'" }));
    }
}
