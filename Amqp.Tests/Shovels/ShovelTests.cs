using System.Text;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;
using RabbitMQ.Client;

namespace Amqp.Tests.Shovels;

/// <summary>Shovels between two brokers in the process of the test, and within one broker.</summary>
public sealed class ShovelTests
{
    [TestCase("on-confirm")]
    [TestCase("on-publish")]
    [TestCase("no-ack")]
    public async Task A_shovel_moves_the_messages_of_a_queue_in_their_order(string ackMode)
    {
        await using var pair = await ShovelPair.StartAsync();
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        await there.QueueDeclareAsync("source", durable: true, exclusive: false, autoDelete: false);
        string[] bodies = [.. Enumerable.Range(0, 1000).Select(i => $"{i}")];
        foreach (string body in bodies)
            await there.BasicPublishAsync("", "source", false, Encoding.UTF8.GetBytes(body));

        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = pair.ThereUri,
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
            ["ack-mode"] = ackMode,
            ["src-prefetch-count"] = 10,
        });
        await pair.WaitForStateAsync("running");

        Assert.That(await ShovelPair.TakeAsync(here, "target", bodies.Length), Is.EqualTo(bodies));
        await Eventually.Holds(
            async () => (await there.QueueDeclarePassiveAsync("source")).MessageCount == 0, () => "the source keeps messages");
    }

    [Test]
    public async Task All_properties_stay()
    {
        await using var pair = await ShovelPair.StartAsync();
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            ContentEncoding = "utf-8",
            DeliveryMode = DeliveryModes.Persistent,
            Priority = 7,
            CorrelationId = "c",
            ReplyTo = "r",
            Expiration = "600000",
            MessageId = "m",
            Timestamp = new AmqpTimestamp(5),
            Type = "t",
            UserId = "guest",
            AppId = "a",
            Headers = new Dictionary<string, object?> { ["n"] = 1L, ["list"] = new List<object?> { true } },
        };
        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = "amqp://",
            ["src-queue"] = "source",
            ["dest-uri"] = pair.ThereUri,
            ["dest-queue"] = "target",
        });
        await pair.WaitForStateAsync("running");

        await here.BasicPublishAsync("", "source", false, properties, "x"u8.ToArray());

        IReadOnlyBasicProperties? moved = null;
        await Eventually.Holds(
            async () => (moved = (await ShovelPair.GetAsync(there, "target"))?.BasicProperties) is not null, () => "no message came");
        Assert.That(Facts(moved!), Is.EqualTo(Facts(properties)));
        Assert.That(moved!.Headers!.Keys, Is.EqualTo(properties.Headers.Keys));
    }

    [Test]
    public async Task An_exchange_is_consumed_by_a_key_and_published_to_an_exchange()
    {
        await using var pair = await ShovelPair.StartAsync();
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        await there.QueueDeclareAsync("target", false, false, false);
        await there.QueueBindAsync("target", "amq.direct", "new.key");
        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = "amqp://",
            ["src-exchange"] = "amq.topic",
            ["src-exchange-key"] = "a.#",
            ["dest-uri"] = pair.ThereUri,
            ["dest-exchange"] = "amq.direct",
            ["dest-exchange-key"] = "new.key",
        });
        await pair.WaitForStateAsync("running");

        await here.BasicPublishAsync("amq.topic", "b.1", false, "no"u8.ToArray());
        await here.BasicPublishAsync("amq.topic", "a.1", false, "yes"u8.ToArray());

        Assert.That(await ShovelPair.TakeAsync(there, "target", 1), Is.EqualTo(new[] { "yes" }));
    }

    [Test]
    public async Task The_headers_of_the_way_and_of_the_time_are_added()
    {
        await using var pair = await ShovelPair.StartAsync();
        var here = await pair.OpenAsync(pair.Here);
        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = $"amqp://guest:guest@127.0.0.1:{pair.Here.Port}",
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
            ["dest-add-forward-headers"] = true,
            ["dest-add-timestamp-header"] = true,
        });
        await pair.WaitForStateAsync("running");

        await here.BasicPublishAsync("", "source", false, "x"u8.ToArray());

        BasicGetResult? moved = null;
        await Eventually.Holds(async () => (moved = await ShovelPair.GetAsync(here, "target")) is not null, () => "no message came");
        var hop = (IDictionary<string, object?>)((List<object?>)moved!.BasicProperties.Headers!["x-shovelled"]!)[0]!;
        Assert.That(hop.ToDictionary(field => field.Key, field => Encoding.UTF8.GetString((byte[])field.Value!)), Is.EqualTo(
            new Dictionary<string, string>
            {
                ["shovelled-by"] = pair.Here.Broker.ClusterName,
                ["shovel-type"] = "dynamic",
                ["shovel-name"] = "s",
                ["shovel-vhost"] = "/",
                ["src-uri"] = $"amqp://127.0.0.1:{pair.Here.Port}",
                ["dest-uri"] = "amqp://",
                ["src-queue"] = "source",
                ["dest-queue"] = "target",
            }));
        Assert.That(moved.BasicProperties.Headers["x-shovelled-timestamp"], Is.TypeOf<long>());
    }

    [TestCase("queue-length", 5)]
    [TestCase(3, 3)]
    public async Task A_shovel_deletes_itself_after_its_work(object deleteAfter, int moved)
    {
        await using var pair = await ShovelPair.StartAsync();
        var here = await pair.OpenAsync(pair.Here);
        await here.QueueDeclareAsync("source", true, false, false);
        await here.QueueDeclareAsync("target", true, false, false);
        for (int i = 0; i < 5; i++)
            await here.BasicPublishAsync("", "source", false, Encoding.UTF8.GetBytes($"{i}"));

        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = "amqp://",
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
            ["src-delete-after"] = deleteAfter,
        });

        await Eventually.Holds(() => pair.Here.Broker.Links.Shovels.All.Count == 0, () => "the shovel stays");
        await Eventually.Holds(
            async () => (await here.QueueDeclarePassiveAsync("source")).MessageCount == 5 - moved, () => "the source has other messages");
        Assert.That((await here.QueueDeclarePassiveAsync("target")).MessageCount, Is.EqualTo(moved));
    }

    [Test]
    public async Task A_refused_message_stays_at_its_source()
    {
        await using var pair = await ShovelPair.StartAsync();
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        await there.QueueDeclareAsync("full", false, false, false, new Dictionary<string, object?>
        {
            ["x-max-length"] = 1,
            ["x-overflow"] = "reject-publish",
        });
        await here.QueueDeclareAsync("source", true, false, false);
        for (int i = 0; i < 3; i++)
            await here.BasicPublishAsync("", "source", false, Encoding.UTF8.GetBytes($"{i}"));

        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = "amqp://",
            ["src-queue"] = "source",
            ["dest-uri"] = pair.ThereUri,
            ["dest-queue"] = "full",
        });

        // Each message that is taken from the full queue makes room for one other.
        var arrived = new HashSet<string>();
        for (int i = 0; i < 3; i++)
            arrived.UnionWith(await ShovelPair.TakeAsync(there, "full", 1));
        Assert.That(arrived, Is.EquivalentTo(new[] { "0", "1", "2" }));
    }

    [Test]
    public async Task A_source_over_tls_with_a_verified_certificate_is_read()
    {
        using var authority = new TestAuthority();
        authority.IssueForServer();
        await using var pair = await ShovelPair.StartAsync([.. authority.Settings]);
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        await there.QueueDeclareAsync("source", true, false, false);
        await there.BasicPublishAsync("", "source", false, "x"u8.ToArray());

        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = $"amqps://guest:guest@localhost:{pair.There.TlsPort}?verify=verify_peer&cacertfile={authority.CertificateFile}",
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
        });
        await pair.WaitForStateAsync("running");

        Assert.That(await ShovelPair.TakeAsync(here, "target", 1), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public async Task A_failure_is_shown_without_the_password()
    {
        await using var pair = await ShovelPair.StartAsync();
        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = $"amqp://guest:hunter2@127.0.0.1:{pair.There.Port}",
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
            ["reconnect-delay"] = 0,
        });
        await pair.WaitForStateAsync("terminated");

        Assert.That((await pair.StatusAsync())[0].GetProperty("reason").GetString(), Is.EqualTo(
            $"amqp://127.0.0.1:{pair.There.Port}: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. "
                + "For details see the broker logfile."));
        Assert.That(pair.Here.Log, Has.None.Contains("hunter2"));
    }

    [Test]
    public async Task The_next_source_is_used_if_the_first_cannot_be_reached()
    {
        await using var pair = await ShovelPair.StartAsync();
        await pair.PutAsync("s", new Dictionary<string, object>
        {
            ["src-uri"] = new[] { $"amqp://127.0.0.1:{FreePorts.Next()}", pair.ThereUri },
            ["src-queue"] = "source",
            ["dest-uri"] = "amqp://",
            ["dest-queue"] = "target",
        });

        await pair.WaitForStateAsync("running");

        Assert.That((await pair.StatusAsync())[0].GetProperty("src_uri").GetString(), Is.EqualTo($"amqp://127.0.0.1:{pair.There.Port}"));
    }

    private static object Facts(IReadOnlyBasicProperties p) => (
        p.ContentType, p.ContentEncoding, p.DeliveryMode, p.Priority, p.CorrelationId, p.ReplyTo, p.Expiration,
        (p.MessageId, p.Timestamp, p.Type, p.UserId, p.AppId));
}
