namespace Amqp.Tests.Interop;

/// <summary>
/// Direct and topic exchanges route messages to the matching bindings. Each test first publishes messages that match no binding. If one of
/// these messages were delivered, it would arrive first.
/// </summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class RoutingTests(ClientLanguage language) : InteropFixture(language)
{
    [Test]
    public Task A_direct_exchange_routes_by_the_whole_key() =>
        Subscribers_receive("direct", ["info", "warning", "error"], new()
        {
            ["error"] = ["error"],
            ["warning error"] = ["warning", "error"],
        });

    [Test]
    public Task A_star_stands_for_one_word_and_a_hash_for_any_number() =>
        Subscribers_receive("topic", ["kern", "kern.info", "cron.critical", "kern.disk.critical", "kern.critical"], new()
        {
            ["#"] = ["kern", "kern.info", "cron.critical", "kern.disk.critical", "kern.critical"],
            ["kern.*"] = ["kern.info", "kern.critical"],
            ["kern.#"] = ["kern", "kern.info", "kern.disk.critical", "kern.critical"],
            ["*.critical"] = ["cron.critical", "kern.critical"],
            ["#.critical"] = ["cron.critical", "kern.disk.critical", "kern.critical"],
            ["kern.* *.critical"] = ["kern.info", "cron.critical", "kern.critical"],
        });

    private async Task Subscribers_receive(string type, string[] published, Dictionary<string, string[]> received)
    {
        string exchange = Unique($"{type}_logs");
        var subscribers = new Dictionary<string, ClientProgram>();
        try
        {
            foreach ((string keys, string[] expected) in received)
            {
                subscribers[keys] = Start(
                    "routing_subscriber",
                    ["--exchange", exchange, "--type", type, "--count", $"{expected.Length}", .. keys.Split(' ')]);
            }

            foreach (ClientProgram subscriber in subscribers.Values)
                await subscriber.PrintedAsync("Waiting for");

            await RunAsync("routing_publisher", ["--exchange", exchange, "--type", type, .. published]);

            foreach ((string keys, string[] expected) in received)
            {
                Assert.That((await subscribers[keys].FinishedAsync()).Skip(1), Is.EqualTo(
                    expected.Select(key => $" [x] Received {key}: 'a message for {key}'")), $"bound to {keys}");
            }
        }
        finally
        {
            foreach (ClientProgram subscriber in subscribers.Values)
                await subscriber.DisposeAsync();
        }
    }
}
