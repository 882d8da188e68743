using System.Text.Json;
using Amqp.Server.Cli.Ctl;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using static Amqp.Tests.Federation.FederatedBrokers;

namespace Amqp.Tests.Federation;

/// <summary>Exchanges that get messages from exchanges of other brokers.</summary>
public sealed class ExchangeFederationTests
{
    [TestCase("on-confirm")]
    [TestCase("on-publish")]
    [TestCase("no-ack")]
    public async Task A_message_comes_from_the_upstream_by_the_bindings_here(string ackMode)
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await brokers.OpenAsync(0), await brokers.OpenAsync(1));
        await DeclareAsync(down, "f", "topic", "q", "a.#");
        await brokers.ConnectAsync(0, 1, ("ack-mode", ackMode), ("prefetch-count", 3));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        await PublishAsync(up, "f", "b", "other");
        for (int i = 0; i < 20; i++)
            await PublishAsync(up, "f", "a.b", $"{i}");

        var messages = await TakeAsync(down, "q", 20);
        Assert.That(messages.Select(message => Text(message.Body.ToArray())), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
        Assert.That((messages[0].Exchange, messages[0].RoutingKey), Is.EqualTo(("f", "a.b")));
        Assert.That(messages[0].BasicProperties.Persistent);
        var received = Received(messages[0].BasicProperties).Single();
        Assert.That(received.Select(field => $"{field.Key}={Text(field.Value)}"), Is.EqualTo(new[]
        {
            $"uri=amqp://127.0.0.1:{brokers[1].Port}", "exchange=f", "redelivered=False", "cluster-name=n1", "vhost=/",
        }));
        await Eventually.Holds(
            async () => (await up.QueueDeclarePassiveAsync("federation: f -> n0")).MessageCount == 0, () => "the upstream keeps messages");
    }

    [Test]
    public async Task The_upstream_has_RabbitMQs_objects()
    {
        await using var brokers = await StartAsync(2);
        var down = await brokers.OpenAsync(0);
        await DeclareAsync(down, "f", "topic", "q", "k");
        await brokers.ConnectAsync(0, 1, ("expires", 3_600_000), ("message-ttl", 60_000), ("max-hops", 2), ("exchange", "g"));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        const string Name = "federation: g -> n0:f";
        var queue = (await brokers.ListAsync(1, "queues")).Single();
        var exchange = (await brokers.ListAsync(1, "exchanges"))
            .Single(item => item.GetProperty("type").GetString() == "x-federation-upstream");
        var binding = (await brokers.ListAsync(1, "exchanges/%2F/g/bindings/source")).Single();
        Assert.Multiple(() =>
        {
            Assert.That(queue.GetProperty("name").GetString(), Is.EqualTo(Name));
            Assert.That(
                Sorted(queue.GetProperty("arguments")),
                Is.EqualTo("""{"x-expires":3600000,"x-internal-purpose":"federation","x-message-ttl":60000}"""));
            Assert.That(exchange.GetProperty("name").GetString(), Is.EqualTo($"{Name} B"));
            Assert.That(
                Sorted(exchange.GetProperty("arguments")),
                Is.EqualTo("""{"x-downstream-name":"n0","x-downstream-vhost":"/","x-internal-purpose":"federation","x-max-hops":2}"""));
            Assert.That(binding.GetProperty("destination").GetString(), Is.EqualTo($"{Name} B"));
            Assert.That(
                Sorted(binding.GetProperty("arguments")),
                Is.EqualTo("""{"x-bound-from":[{"cluster-name":"n0","exchange":"/:f B","hops":2,"vhost":"/"}]}"""));
        });
    }

    [Test]
    public async Task The_upstream_is_bound_as_the_exchange_here_is_bound()
    {
        await using var brokers = await StartAsync(2);
        var down = await brokers.OpenAsync(0);
        await DeclareAsync(down, "f", "direct", "q", "1");
        await brokers.ConnectAsync(0, 1);
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);
        await brokers.WaitForKeysAsync(1, "f", "1");

        await down.QueueDeclareAsync("r", true, false, false);
        await down.QueueBindAsync("q", "f", "2");
        await down.QueueBindAsync("r", "f", "2");
        await brokers.WaitForKeysAsync(1, "f", "1", "2");
        await down.QueueUnbindAsync("q", "f", "1");
        await down.QueueUnbindAsync("q", "f", "2");
        await brokers.WaitForKeysAsync(1, "f", "2");
        await down.QueueDeleteAsync("r");
        await brokers.WaitForKeysAsync(1, "f");
    }

    [Test]
    public async Task Bindings_that_come_and_go_in_masses_end_up_equal()
    {
        await using var brokers = await StartAsync(2);
        var down = await brokers.OpenAsync(0);
        await DeclareAsync(down, "f", "direct", "q", "k");
        await brokers.ConnectAsync(0, 1);
        await brokers.FederateAsync(0);

        var random = new Random(1);
        var bound = new SortedSet<string>(StringComparer.Ordinal) { "k" };
        for (int i = 0; i < 1000; i++)
        {
            string key = $"{random.Next(40)}";
            if (bound.Remove(key))
                await down.QueueUnbindAsync("q", "f", key);
            else if (bound.Add(key))
                await down.QueueBindAsync("q", "f", key);
        }

        await brokers.WaitForLinksAsync(0, 1);
        await brokers.WaitForKeysAsync(1, "f", [.. bound]);
    }

    [TestCase(1, 0)]
    [TestCase(2, 1)]
    public async Task A_message_goes_as_far_as_max_hops_permits(int maxHops, int expected)
    {
        await using var brokers = await StartAsync(3);
        IChannel[] channels = [await brokers.OpenAsync(0), await brokers.OpenAsync(1), await brokers.OpenAsync(2)];
        foreach (var channel in channels)
            await DeclareAsync(channel, "f", "fanout", "q", "");
        for (int i = 0; i < 2; i++)
        {
            await brokers.ConnectAsync(i, i + 1, ("max-hops", maxHops));
            await brokers.FederateAsync(i);
        }
        await brokers.WaitForLinksAsync(0, 1);
        await brokers.WaitForLinksAsync(1, 1);
        await brokers.WaitForKeysAsync(2, "f", [.. Enumerable.Repeat("", 1 + expected)]);

        await PublishAsync(channels[2], "f", "", "far");
        Assert.That(await TakeBodiesAsync(channels[1], "q", 1), Is.EqualTo(new[] { "far" }));
        await PublishAsync(channels[1], "f", "", "near"); // comes after the first message, if that one comes at all
        var last = await TakeBodiesAsync(channels[0], "q", 1 + expected);

        Assert.That(last, Is.EqualTo(expected == 1 ? new[] { "far", "near" } : ["near"]));
    }

    [Test]
    public async Task In_a_ring_each_broker_gets_each_message_once()
    {
        const int Count = 3, Messages = 50;
        await using var brokers = await StartAsync(Count);
        var channels = new List<IChannel>();
        for (int i = 0; i < Count; i++)
        {
            channels.Add(await brokers.OpenAsync(i));
            await DeclareAsync(channels[i], "f", "fanout", "q", "");
        }
        for (int i = 0; i < Count; i++)
        {
            await brokers.ConnectAsync(i, (i + 1) % Count, ("max-hops", 10));
            await brokers.FederateAsync(i);
        }
        for (int i = 0; i < Count; i++)
        {
            await brokers.WaitForLinksAsync(i, 1);
            await brokers.WaitForKeysAsync(i, "f", [.. Enumerable.Repeat("", Count - 1)]);
        }

        for (int i = 0; i < Messages; i++)
            await PublishAsync(channels[i % Count], "f", "", $"{i}");

        string[] all = [.. Enumerable.Range(0, Messages).Select(i => $"{i}")];
        foreach (var channel in channels)
            Assert.That(await TakeBodiesAsync(channel, "q", Messages), Is.EquivalentTo(all));
        for (int i = 0; i < Count; i++)
        {
            int upstream = (i + 1) % Count;
            await Eventually.Holds(
                async () => (await channels[upstream].QueueDeclarePassiveAsync($"federation: f -> n{i}")).MessageCount == 0,
                () => "messages still go round");
            Assert.That((await channels[i].QueueDeclarePassiveAsync("q")).MessageCount, Is.Zero);
        }
    }

    [TestCase(false, null)]
    [TestCase(true, "guest")]
    public async Task The_user_id_is_kept_only_if_the_upstream_is_trusted(bool isTrusted, string? expected)
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await brokers.OpenAsync(0), await brokers.OpenAsync(1));
        await DeclareAsync(down, "f", "fanout", "q", "");
        await brokers.ConnectAsync(0, 1, ("trust-user-id", isTrusted));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        await up.BasicPublishAsync("f", "", false, new BasicProperties { UserId = "guest" }, "x"u8.ToArray());

        Assert.That((await TakeAsync(down, "q", 1))[0].BasicProperties.UserId, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_header_that_a_client_made_up_stops_no_message()
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await brokers.OpenAsync(0), await brokers.OpenAsync(1));
        await DeclareAsync(down, "f", "fanout", "q", "");
        await brokers.ConnectAsync(0, 1, ("max-hops", 3));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        foreach (object header in (object[])["text", 5L, new List<object?> { "text", 7 }])
            await up.BasicPublishAsync(
                "f", "", false, new BasicProperties { Headers = new Dictionary<string, object?> { ["x-received-from"] = header } },
                "x"u8.ToArray());

        var messages = await TakeAsync(down, "q", 3);
        Assert.That(
            messages.Select(message => ((List<object?>)message.BasicProperties.Headers!["x-received-from"]!).Count),
            Is.EqualTo(new[] { 1, 1, 3 }));
    }

    [TestCase("default", 0)]
    [TestCase("never", 1)]
    public async Task A_removed_link_deletes_its_objects_at_the_upstream(string mode, int left)
    {
        await using var brokers = await StartAsync(2);
        var down = await brokers.OpenAsync(0);
        await DeclareAsync(down, "f", "fanout", "q", "");
        await brokers.ConnectAsync(0, 1, ("resource-cleanup-mode", mode));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        await brokers.DeleteAsync(0, "policies/%2F/fed");

        await brokers.WaitForLinksAsync(0, 0);
        await Eventually.Holds(
            async () => (await brokers.ListAsync(1, "connections")).Length == 0, () => "the link is still connected");
        Assert.That(await brokers.ListAsync(1, "queues"), Has.Length.EqualTo(left));
        Assert.That(
            (await brokers.ListAsync(1, "exchanges")).Count(item => item.GetProperty("type").GetString() == "x-federation-upstream"),
            Is.EqualTo(left));
    }

    [Test]
    public async Task Links_follow_exchanges_policies_and_upstreams()
    {
        await using var brokers = await StartAsync(3);
        var down = await brokers.OpenAsync(0);
        await brokers.FederateAsync(0);
        await brokers.ConnectAsync(0, 1);
        await brokers.WaitForLinksAsync(0, 0);

        await DeclareAsync(down, "f1", "fanout", "q", "");
        await brokers.WaitForLinksAsync(0, 1);
        await brokers.ConnectAsync(0, 2);
        await brokers.WaitForLinksAsync(0, 2);
        await down.ExchangeDeclareAsync("f2", "fanout");
        await brokers.WaitForLinksAsync(0, 4);
        await brokers.SetAsync(0, "parameters/federation-upstream-set/%2F/s", new { value = new[] { new { upstream = "u2" } } });
        await brokers.SetAsync(0, "policies/%2F/fed", new Dictionary<string, object>
        {
            ["pattern"] = "^f1",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream-set"] = "s" },
        });
        await brokers.WaitForLinksAsync(0, 1);
        await brokers.DeleteAsync(0, "parameters/federation-upstream/%2F/u2");
        await brokers.WaitForLinksAsync(0, 0);
        await brokers.SetAsync(0, "policies/%2F/fed", new Dictionary<string, object>
        {
            ["pattern"] = "^f",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream-pattern"] = "^u[12]$" },
        });
        await brokers.WaitForLinksAsync(0, 2);
        await down.ExchangeDeleteAsync("f2");
        await brokers.WaitForLinksAsync(0, 1);
    }

    [Test]
    public async Task A_virtual_host_can_be_the_upstream_of_another_one()
    {
        await using var brokers = await StartAsync(1);
        await brokers.SetAsync(0, "vhosts/up", new { });
        await brokers.SetAsync(0, "permissions/up/guest", new { configure = ".*", write = ".*", read = ".*" });
        var (down, up) = (await brokers.OpenAsync(0), await brokers.OpenAsync(0, "up"));
        await DeclareAsync(down, "f", "fanout", "q", "");
        await brokers.ConnectAsync(0, 0, ("uri", "amqp:///up"));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        await PublishAsync(up, "f", "", "x");

        Assert.That(await TakeBodiesAsync(down, "q", 1), Is.EqualTo(new[] { "x" }));
        var queue = (await brokers.ListAsync(0, "queues/up")).Single();
        Assert.That(queue.GetProperty("name").GetString(), Is.EqualTo("federation: f -> n0:/:f"));
    }

    [Test]
    public async Task A_message_that_waits_at_the_upstream_comes_after_the_link_is_back()
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await brokers.OpenAsync(0), await brokers.OpenAsync(1));
        await DeclareAsync(down, "f", "fanout", "q", "");
        await brokers.ConnectAsync(0, 1);
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);

        for (int i = 0; i < 5; i++)
        {
            foreach (var link in await brokers.ListAsync(0, "federation-links"))
                await brokers.DeleteAsync(
                    0, $"federation-links/vhost/%2F/{link.GetProperty("id")}/{link.GetProperty("node")}/restart");
            await PublishAsync(up, "f", "", $"{i}");
        }

        var came = new HashSet<string>();
        await Eventually.Holds(
            async () =>
            {
                while (await down.BasicGetAsync("q", true) is { } message) // some may come twice
                    came.Add(Text(message.Body.ToArray())!);
                return came.Count == 5;
            },
            () => $"{string.Join(' ', came)} came");
        await brokers.WaitForLinksAsync(0, 1);
        Assert.That(
            (await brokers.ListAsync(1, "exchanges")).Count(item => item.GetProperty("type").GetString() == "x-federation-upstream"),
            Is.EqualTo(1));
    }

    private static string Sorted(JsonElement value) => CtlJson.Compact(value);
}
