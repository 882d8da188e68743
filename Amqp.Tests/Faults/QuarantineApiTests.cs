using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Faults;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Faults;

/// <summary>Operators list, return and drop quarantined messages over HTTP and on the command line.</summary>
public class QuarantineApiTests
{
    private const string Queue = "/queues/%2F/q/quarantine", Exchange = "/exchanges/%2F/x/quarantine";

    [Test]
    public async Task A_list_tells_of_each_message_what_it_is_and_why_it_is_there([Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one");
        broker.Poison("q");
        var channel = await broker.ChannelAsync();
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        if (isRestarted)
            await broker.RestartAsync();

        using var list = JsonDocument.Parse((await broker.HttpAsync("GET", Queue)).Body);

        var (one, other) = (list.RootElement[0], list.RootElement[1]);
        uint number = broker.NumberOf("q");
        Assert.That((one.GetProperty("message").GetString(), one.GetProperty("sequence").GetInt64()), Is.EqualTo(($"{number}-1", 1L)));
        Assert.That(one.GetProperty("error").GetString(), Is.EqualTo("InvalidOperationException: a fault that a test put in"));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(one.GetProperty("since").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
        Assert.That(one.GetProperty("durable").GetBoolean());
        Assert.That((one.GetProperty("exchange").GetString(), one.GetProperty("routing_key").GetString()), Is.EqualTo(("", "q")));
        Assert.That(one.GetProperty("properties").GetRawText(), Does.StartWith("""{"delivery_mode":2,"headers":{"h":"v","""));
        Assert.That(one.GetProperty("payload_bytes").GetInt32(), Is.EqualTo(3));
        Assert.That(one.GetProperty("stored_bytes").GetInt32(), Is.GreaterThan(3));
        Assert.That(other.GetProperty("message").GetString(), Is.EqualTo($"{number}-2"));
        Assert.That(other.GetProperty("unreadable").GetString(), Does.StartWith("it is no message that this broker understands: "));
        Assert.That(other.TryGetProperty("exchange", out _), Is.False);
        using var page = JsonDocument.Parse((await broker.HttpAsync("GET", $"{Queue}?page=2&page_size=1&columns=sequence")).Body);
        Assert.That(page.RootElement.GetProperty("items").GetRawText(), Is.EqualTo("""[{"sequence":2}]"""));
        Assert.That(
            broker.Faults.Total, Is.EqualTo(isRestarted ? 0 : 2), "listing causes no fault: " + string.Join('\n', broker.Faults.Recent));
    }

    [Test]
    public async Task An_export_has_the_body_or_all_that_is_stored([Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one");
        broker.Poison("q");
        var channel = await broker.ChannelAsync();
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        if (isRestarted)
            await broker.RestartAsync();
        uint number = broker.NumberOf("q");

        using var one = JsonDocument.Parse((await broker.HttpAsync("GET", $"{Queue}/{number}-1")).Body);
        using var other = JsonDocument.Parse((await broker.HttpAsync("GET", $"{Queue}/{number}-2")).Body);

        Assert.That(one.RootElement.GetProperty("payload").GetBytesFromBase64(), Is.EqualTo("one"u8.ToArray()));
        Assert.That(one.RootElement.GetProperty("payload_encoding").GetString(), Is.EqualTo("base64"));
        Assert.That(other.RootElement.GetProperty("stored").GetBytesFromBase64(), Is.EqualTo(new byte[] { 250, 1, 2, 3 }));
        Assert.That(other.RootElement.TryGetProperty("payload", out _), Is.False);
    }

    [Test]
    public async Task One_whose_bytes_cannot_be_read_is_listed_and_can_be_dropped()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one", isPersistent: false);
        broker.Store.BeforeRead = static _ => throw new IOException("the disk is away");
        string message = $"{Queue}/{broker.NumberOf("q")}-1";

        Assert.That(
            (await broker.HttpAsync("GET", Queue)).Body,
            Does.Contain("\"unreadable\":\"the disk is away\"").And.Contain("\"durable\":false"));
        Assert.That((await broker.HttpAsync("GET", message)).Body, Does.Contain("\"unreadable\":\"the disk is away\""));
        Assert.That((await broker.HttpAsync("DELETE", message)).Code, Is.EqualTo(204));

        Assert.That(broker.Queue("q").Faults.QuarantinedCount, Is.Zero);
        Assert.That(broker.Faults.Count(Compartment.Http), Is.Zero);
    }

    [Test]
    public async Task To_look_at_one_holds_nothing_in_memory()
    {
        await using var broker = await FaultyBroker.StartAsync("store.block_size = 4KiB");
        await QuarantineAsync(broker, new string('x', 1_000_000), isPersistent: false);
        await PublishAsync(await broker.ChannelAsync(), "behind it, in another block", isPersistent: false);
        string message = $"{Queue}/{broker.NumberOf("q")}-1";
        Assert.That(broker.Store.MemoryInUse, Is.GreaterThan(1_000_000));
        Assert.That((await broker.HttpAsync("GET", Queue)).Body, Does.Contain("\"payload_bytes\":1000000"));
        Assert.That((await broker.HttpAsync("GET", message)).Body, Does.Contain("\"payload_bytes\":1000000"));

        Assert.That((await broker.HttpAsync("DELETE", message)).Code, Is.EqualTo(204));

        await Eventually.Holds(() => broker.Store.MemoryInUse < 500_000, () => $"{broker.Store.MemoryInUse} bytes are in memory");
    }

    [Test]
    public async Task A_returned_message_is_in_its_place_for_good([Values] bool all, [Values] bool isRestarted, [Values(0, 2)] int priority)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one", new Dictionary<string, object?> { ["x-max-priority"] = 2 }, (byte)priority);
        var channel = await broker.ChannelAsync();
        await PublishAsync(channel, "two", (byte)priority);
        if (isRestarted)
            await broker.RestartAsync();
        string id = broker.Queue("q").Faults.Quarantined[0].Place.ToString();

        var answer = await broker.HttpAsync("POST", all ? $"{Queue}/return" : $"{Queue}/{id}/return");

        Assert.That(answer, Is.EqualTo(all ? (200, """{"returned":1,"refused":0}""") : (204, "")));
        Assert.That(
            (broker.Queue("q").Faults.QuarantinedCount, broker.QuarantineEntries, broker.Queue("q").Counts.Ready),
            Is.EqualTo((0, 0, 2L)));
        await broker.RestartAsync();
        channel = await broker.ChannelAsync();
        Assert.That(await TakeAsync(channel), Is.EqualTo("one"));
        Assert.That(await TakeAsync(channel), Is.EqualTo("two"));
        Assert.That(await TakeAsync(channel), Is.Null);
    }

    [Test]
    public async Task A_returned_message_goes_to_the_consumer_that_waits_and_expires_when_its_time_is_over()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("dead", true, false, false);
        await QuarantineAsync(
            broker,
            "one",
            new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" },
            expiration: "1");
        await broker.RestartAsync();

        Assert.That((await broker.HttpAsync("POST", $"{Queue}/return")).Code, Is.EqualTo(200));

        await Eventually.Holds(() => broker.Queue("dead").Counts.Ready == 1, () => "it does not expire");
        Assert.That(broker.Queue("q").Counts.Ready, Is.Zero);
    }

    [Test]
    public async Task A_dropped_message_is_gone_for_good_and_the_others_stay([Values] bool all, [Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one");
        await QuarantineAsync(broker, "two");
        if (isRestarted)
            await broker.RestartAsync();

        var answer = await broker.HttpAsync("DELETE", all ? Queue : $"{Queue}/{broker.NumberOf("q")}-1");

        Assert.That(answer, Is.EqualTo(all ? (200, """{"dropped":2,"refused":0}""") : (204, "")));
        int left = all ? 0 : 1;
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.QuarantineEntries), Is.EqualTo((left, left)));
        await broker.RestartAsync();
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((left, 0L)));
    }

    [TestCase("GET", Queue + "/9-9", 404)]
    [TestCase("DELETE", Queue + "/9-9", 404)]
    [TestCase("POST", Queue + "/9-9/return", 404)]
    [TestCase("GET", Queue + "/none", 404)]
    [TestCase("GET", Queue + "/-1-99999999999999999999", 404)]
    [TestCase("GET", "/queues/%2F/none/quarantine", 404)]
    [TestCase("GET", "/exchanges/%2F/none/quarantine", 404)]
    [TestCase("GET", "/exchanges/%2F/amq.direct/quarantine", 200)]
    [TestCase("GET", "/exchanges/%2F/amq.default/quarantine", 200)]
    [TestCase("DELETE", "/exchanges/%2F/amq.direct/quarantine/1-1", 404)]
    public async Task What_is_not_there_is_not_found(string method, string path, int code)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await (await broker.ChannelAsync()).QueueDeclareAsync("q", true, false, false);

        Assert.That((await broker.HttpAsync(method, path)).Code, Is.EqualTo(code));
        Assert.That(broker.Faults.Total, Is.Zero);
    }

    [Test]
    public async Task A_queue_with_too_many_goes_on_after_some_were_dropped_or_returned_and_it_was_restarted(
        [Values] bool isDropped, [Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 1");
        await QuarantineAsync(broker, "one");
        await QuarantineAsync(broker, "two");
        Assert.That(broker.Queue("q").Faults.IsCrashed);
        if (isRestarted)
            await broker.RestartAsync();
        Assert.That((await broker.HttpAsync("PUT", "/queues/%2F/q/restart")).Code, Is.EqualTo(400));

        string message = $"{Queue}/{broker.NumberOf("q")}-1";
        Assert.That(
            (await broker.HttpAsync(isDropped ? "DELETE" : "POST", isDropped ? message : $"{message}/return")).Code,
            Is.EqualTo(204));
        Assert.That((await broker.HttpAsync("PUT", "/queues/%2F/q/restart")).Code, Is.EqualTo(204));

        var channel = await broker.ChannelAsync();
        await PublishAsync(channel, "three");
        if (!isDropped)
            Assert.That(await TakeAsync(channel), Is.EqualTo("one"));
        Assert.That(await TakeAsync(channel), Is.EqualTo("three"));
        Assert.That((broker.Queue("q").Faults.IsCrashed, broker.Queue("q").Faults.QuarantinedCount), Is.EqualTo((false, 1)));
    }

    [Test]
    public async Task An_exchange_with_too_many_goes_on_once_some_were_dropped_or_returned(
        [Values] bool isDropped, [Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 1");
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await channel.QueueBindAsync("q", "x", "");
        broker.Store.Break("Append", broker.NumberOf("q"), once: false);
        for (int i = 0; i < 5; i++)
            await DelayAsync(channel, $"{i}");
        await Eventually.Holds(() => broker.Exchange("x").Quarantine.QuarantinedCount == 2, () => "it goes on");
        broker.Store.Before = static (_, _) => { };
        if (isRestarted)
            await broker.RestartAsync();
        Assert.That((broker.Exchange("x").Quarantine.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((2, 0L)));
        Assert.That((await broker.HttpAsync("GET", "/exchanges/%2F/x")).Body, Does.Contain("\"messages_quarantined\":2"));

        using var list = JsonDocument.Parse((await broker.HttpAsync("GET", Exchange)).Body);
        Assert.That(
            list.RootElement.EnumerateArray()
                .Select(message => (message.GetProperty("exchange").GetString(), message.GetProperty("payload_bytes").GetInt32())),
            Is.EqualTo(new[] { ("x", 1), ("x", 1) }));
        string first = $"{Exchange}/{list.RootElement[0].GetProperty("message").GetString()}";
        Assert.That((await broker.HttpAsync(isDropped ? "DELETE" : "POST", isDropped ? first : $"{first}/return")).Code, Is.EqualTo(204));

        int expected = isDropped ? 3 : 4;
        await Eventually.Holds(() => broker.Queue("q").Counts.Ready == expected, () => $"{broker.Queue("q").Counts.Ready} came");
        Assert.That((await broker.HttpAsync("POST", $"{Exchange}/return")).Body, Is.EqualTo("""{"returned":1,"refused":0}"""));
        await Eventually.Holds(() => broker.Queue("q").Counts.Ready == expected + 1, () => $"{broker.Queue("q").Counts.Ready} came");
        Assert.That(
            (broker.Exchange("x").Quarantine.QuarantinedCount, broker.QuarantineEntries, broker.Exchange("x").Count),
            Is.EqualTo((0, 0, 0L)));
    }

    [Test]
    public async Task A_message_of_an_exchange_that_does_not_say_when_it_is_due_can_only_be_dropped()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        broker.Store.BeforeRead = static _ => throw new InvalidOperationException("a fault that a test put in");
        await DelayAsync(channel, "poisoned");
        await Eventually.Holds(() => broker.Exchange("x").Quarantine.QuarantinedCount == 1, () => "it is not put aside");

        Assert.That((await broker.HttpAsync("POST", $"{Exchange}/return")).Body, Is.EqualTo("""{"returned":0,"refused":1}"""));
        string message = $"{Exchange}/{broker.Exchange("x").Quarantine.Quarantined[0].Place}";
        var refused = await broker.HttpAsync("POST", $"{message}/return");
        Assert.That(refused.Code, Is.EqualTo(400));
        Assert.That(refused.Body, Does.Contain("cannot be returned, as nothing says when it is due: a fault that a test put in"));
        Assert.That((await broker.HttpAsync("DELETE", message)).Code, Is.EqualTo(204));
        Assert.That((broker.Exchange("x").Quarantine.QuarantinedCount, broker.Faults.Count(Compartment.Http)), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task It_takes_the_permission_to_read_and_of_an_exchange_to_configure_it_for_a_change()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await QuarantineAsync(broker, "one");
        var channel = await broker.ChannelAsync();
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        foreach (var (user, configure, read) in new[] { ("reader", "", ".*"), ("owner", ".*", "") })
        {
            await broker.HttpAsync("PUT", $"/users/{user}", """{"password":"secret","tags":"administrator"}""");
            await broker.HttpAsync("PUT", $"/permissions/%2F/{user}", $$"""{"configure":"{{configure}}","write":"","read":"{{read}}"}""");
        }
        string message = $"{Queue}/{broker.NumberOf("q")}-1";
        var found = new List<string>();

        foreach (string request in (string[])[
            $"GET {Queue}", $"GET {message}", $"POST {Queue}/return", $"GET {Exchange}", $"POST {Exchange}/return", $"DELETE {Exchange}",
            $"DELETE {message}", $"DELETE {Queue}"
        ])
        {
            string[] words = request.Split(' ');
            var (owner, _) = await broker.HttpAsync(words[0], words[1], login: "owner:secret");
            var (reader, _) = await broker.HttpAsync(words[0], words[1], login: "reader:secret");
            found.Add($"{owner} {reader}");
        }

        Assert.That(found, Is.EqualTo(new[] { "401 200", "401 200", "401 200", "401 200", "200 401", "200 401", "401 404", "401 200" }));
    }

    [Test]
    public async Task Another_connections_exclusive_queue_is_not_looked_into()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", false, exclusive: true, false);

        Assert.That((await broker.HttpAsync("GET", Queue)).Code, Is.EqualTo(400));
        Assert.That((await broker.HttpAsync("DELETE", Queue)).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task The_command_line_lists_exports_returns_and_drops_them()
    {
        await using var broker = await FaultyBroker.StartAsync();
        for (int i = 1; i <= 4; i++)
            await QuarantineAsync(broker, $"message {i}");
        var environment = new Dictionary<string, string> { ["AMQPBROKER_URL"] = $"http://127.0.0.1:{broker.Broker.ManagementPort}" };
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName, file = Path.Combine(folder, "exported");
        uint number = broker.NumberOf("q");
        Task<CliRun> RunAsync(params string[] arguments) =>
            CliRun.RunAsync(["queues", "quarantine", .. arguments], environment: environment);

        var list = await RunAsync("list", "q", "--columns", "message,routing_key,error");
        Assert.That(
            (list.ExitCode, list.Lines.Length, list.Lines[1]),
            Is.EqualTo((0, 5, $"{$"{number}-1",-7}  q            InvalidOperationException: a fault that a test put in")));
        var exported = await RunAsync("export", "q", $"{number}-2", "--file", file);
        Assert.That(
            (exported.ExitCode, exported.Output, await File.ReadAllTextAsync(file)),
            Is.EqualTo((0, $"Exported message {number}-2 to {file}.\n", "message 2")));
        Assert.That(
            JsonDocument.Parse((await RunAsync("export", "q", $"{number}-2")).Output).RootElement.GetProperty("payload_bytes").GetInt32(),
            Is.EqualTo(9));
        Assert.That(
            (await RunAsync("return", "q", $"{number}-1")).Output,
            Is.EqualTo($"Returned message {number}-1 in the quarantine of queue 'q' in virtual host '/'.\n"));
        Assert.That(
            (await RunAsync("drop", "q", $"{number}-2")).Output,
            Is.EqualTo($"Dropped message {number}-2 in the quarantine of queue 'q' in virtual host '/'.\n"));
        Assert.That((await RunAsync("drop", "q", "--all")).Output, Is.EqualTo("Dropped 2 messages of queue 'q' in virtual host '/'.\n"));

        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((0, 1L)));
        var missing = await RunAsync("return", "q", "1-1");
        Assert.That(
            (missing.ExitCode, missing.Error),
            Is.EqualTo((67, "amqpbroker: There is no message 1-1 in the quarantine of queue 'q' in virtual host '/'.\n")));
        Assert.That((await RunAsync("list", "none")).Error, Is.EqualTo("amqpbroker: There is no queue 'none' in virtual host '/'.\n"));
        Assert.That((await RunAsync("drop", "q")).ExitCode, Is.EqualTo(1), "neither a message nor --all");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Publishes an intact message to the queue q, and makes the broker quarantine it.</summary>
    private static async Task QuarantineAsync(
        FaultyBroker broker,
        string text,
        Dictionary<string, object?>? arguments = null,
        byte priority = 0,
        string? expiration = null,
        bool isPersistent = true)
    {
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, arguments);
        broker.Store.BeforeRead = static _ => throw new InvalidOperationException("a fault that a test put in");
        await PublishAsync(channel, text, priority, expiration, isPersistent);
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        broker.Store.BeforeRead = static _ => { };
    }

    private static async Task PublishAsync(
        IChannel channel, string text, byte priority = 0, string? expiration = null, bool isPersistent = true)
    {
        var properties = new BasicProperties { Persistent = isPersistent, Headers = new Dictionary<string, object?> { ["h"] = "v" } };
        if (priority > 0)
            properties.Priority = priority;
        if (expiration is not null)
            properties.Expiration = expiration;
        await channel.BasicPublishAsync("", "q", false, properties, Encoding.UTF8.GetBytes(text));
    }

    private static async Task DelayAsync(IChannel channel, string text) => await channel.BasicPublishAsync(
        "x",
        "",
        false,
        new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["x-delay"] = 1 } },
        Encoding.UTF8.GetBytes(text));

    private static async Task<string?> TakeAsync(IChannel channel) =>
        await channel.BasicGetAsync("q", true) is { } message ? Encoding.UTF8.GetString(message.Body.Span) : null;
}
