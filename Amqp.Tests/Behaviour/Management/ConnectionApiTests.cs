using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class ConnectionApiTests : ApiTests
{
    [Test]
    public async Task A_connection_is_shown_with_its_channels()
    {
        string host = await NewVirtualHostAsync();
        await OpenChannelAsync(host);

        var connection = await FindAsync(host);

        Assert.That(
            new object?[]
            {
                connection.GetProperty("user").GetString(),
                connection.GetProperty("vhost").GetString(),
                connection.GetProperty("channel_max").GetInt32(),
                connection.GetProperty("protocol").GetString(),
                connection.GetProperty("auth_mechanism").GetString(),
                connection.GetProperty("state").GetString()
            },
            Is.EqualTo(new object?[] { "guest", host, 2047, "AMQP 0-9-1", "PLAIN", "running" }));
        string name = connection.GetProperty("name").GetString()!;
        Assert.That(name, Does.Match(@"^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$"));
        string path = $"/connections/{Uri.EscapeDataString(name)}";
        Assert.That((await GetAsync($"{path}?columns=name")).Json.GetProperty("name").GetString(), Is.EqualTo(name));
        string channel = $"{name} (1)";
        await Eventually.Holds(
            async () => (await GetAsync($"{path}/channels")).Column("name").SequenceEqual([channel]),
            () => "The channel is not shown");
        Assert.That((await GetAsync($"/channels/{Uri.EscapeDataString(channel)}")).Json.GetProperty("number").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_connection_is_shown_with_the_name_that_its_client_gave()
    {
        string host = await NewVirtualHostAsync();
        var client = await DialAsync();

        await client.OpenAsync(properties: Table("connection_name", FieldValue.FromString("shop")), virtualHost: host);

        Assert.That((await FindAsync(host)).GetProperty("user_provided_name").GetString(), Is.EqualTo("shop"));
    }

    [Test]
    public async Task A_connection_has_the_numbers_that_typed_clients_demand()
    {
        string host = await NewVirtualHostAsync();
        await OpenChannelAsync(host);

        string[] fields = ["recv_oct", "send_oct", "recv_cnt", "send_cnt", "send_pend", "port", "peer_port", "timeout", "frame_max"];

        JsonElement connection = default; // assigned repeatedly, because RabbitMQ shows some fields only after a while
        await Eventually.Holds(async () => HasNumbers(connection = await FindAsync(host), fields), () => $"{connection}");
    }

    [TestCase(77, 50_000, 33)]
    [TestCase(1, 4_096, 0)] // without heartbeats
    public async Task A_connection_is_shown_with_what_was_agreed_on_and_both_its_ends(int channelMax, int frameMax, int heartbeat)
    {
        string host = await NewVirtualHostAsync();
        var client = await DialAsync();
        await client.OpenAsync(channelMax: (ushort)channelMax, frameMax: (uint)frameMax, heartbeat: (ushort)heartbeat, virtualHost: host);
        int channels = Math.Min(3, channelMax);
        for (ushort number = 1; number <= channels; number++)
            await client.OpenChannelAsync(number);

        JsonElement connection = default;
        await Eventually.Holds(
            async () => (connection = await FindAsync(host)).GetProperty("channels").GetInt32() == channels,
            () => $"{connection}");

        Assert.That(
            new[] { "channel_max", "frame_max", "timeout" }.Select(field => connection.GetProperty(field).GetInt32()),
            Is.EqualTo(new[] { channelMax, frameMax, heartbeat }));
        Assert.That(
            $"{connection.GetProperty("peer_host").GetString()}:{connection.GetProperty("peer_port").GetInt32()}"
                + $" -> {connection.GetProperty("host").GetString()}:{connection.GetProperty("port").GetInt32()}",
            Is.EqualTo(connection.GetProperty("name").GetString()));
    }

    [Test]
    public async Task What_a_connection_has_received_is_told_from_what_it_has_sent()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.ExpectQuietAsync();
        long[] before = Traffic(await FindAsync(host)), now = [];

        for (int i = 0; i < 5; i++)
            await channel.PublishAsync("", "nowhere", new string('x', 1_000)); // the broker sends no answer to this publish

        await Eventually.Holds(async () => (now = Traffic(await FindAsync(host)))[0] >= before[0] + 5_000, () => string.Join(' ', now));
        Assert.That(now[1], Is.GreaterThan(before[1]));
        Assert.That(now[2..], Is.EqualTo(before[2..]));

        static long[] Traffic(JsonElement connection) => [.. new[] { "recv_oct", "recv_cnt", "send_oct", "send_cnt", "send_pend" }.Select(
            field => connection.GetProperty(field).GetInt64())];
    }

    [Test]
    public async Task A_channel_is_shown_with_what_it_holds_and_may_hold()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var client = await DialAsync();
        await client.OpenAsync(virtualHost: host);
        var channel = await client.OpenChannelAsync(9);
        await channel.DeclareQueueAsync("q");
        await channel.DeclareQueueAsync("empty");
        for (int i = 0; i < 6; i++)
            await channel.PublishAsync("", "q");
        await channel.SelectConfirmsAsync();
        await channel.QosAsync(7);
        await channel.ConsumeAsync("q");
        for (int i = 0; i < 6; i++)
            await channel.ExpectDeliveryAsync();
        await channel.ConsumeAsync("empty");
        await channel.QosAsync(11, global: true);

        Assert.That(await NumbersAsync(host, 9), Is.EqualTo(
            "consumer_count 2, messages_unacknowledged 6, prefetch_count 7, global_prefetch_count 11, acks_uncommitted "
                + "0, messages_uncommitted 0, messages_unconfirmed 0, confirm True, transactional False"));
    }

    [Test]
    public async Task A_transaction_is_shown_with_what_waits_in_it()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("q");
        for (int i = 0; i < 5; i++)
            await channel.PublishAsync("", "q");
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        for (int i = 0; i < 5; i++)
            await channel.GetAsync("q", noAck: false);
        await channel.SendAsync(new BasicAck(1, Multiple: false));
        await channel.SendAsync(new BasicAck(3, Multiple: false));
        for (int i = 0; i < 3; i++)
            await channel.PublishAsync("", "q");
        await channel.ExpectQuietAsync();

        Assert.That(await NumbersAsync(host, 1), Is.EqualTo(
            "consumer_count 0, messages_unacknowledged 3, prefetch_count 0, global_prefetch_count 0, acks_uncommitted "
                + "2, messages_uncommitted 3, messages_unconfirmed 0, confirm False, transactional True"));
    }

    [Test]
    public async Task A_connection_is_closed_with_a_reason()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        string name = (await FindAsync(host)).GetProperty("name").GetString()!;

        var answer = await SendAsync(HttpMethod.Delete, $"/connections/{Uri.EscapeDataString(name)}", header: "X-Reason: go away");

        Assert.That(answer.Code, Is.EqualTo(204));
        await channel.Client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - go away");
    }

    [Test]
    public async Task A_connection_that_is_not_there_is_not_found() =>
        Assert.That((await DeleteAsync("/connections/none")).Code, Is.EqualTo(404));

    [Test]
    public async Task The_connections_of_a_user_are_closed_together()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        var client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        await FindAsync(host);
        var another = await OpenChannelAsync(host);

        Assert.That((await DeleteAsync($"/connections/username/{user}")).Code, Is.EqualTo(204));

        await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - Closed via management plugin");
        await another.ExpectQuietAsync();
    }

    /// <summary>Returns some fields of the single channel in a virtual host, as text. Checks the number of the channel.</summary>
    private static async Task<string> NumbersAsync(string host, int number)
    {
        var channel = (await GetAsync($"/vhosts/{host}/channels")).Json.EnumerateArray().Single();
        Assert.That(channel.GetProperty("number").GetInt32(), Is.EqualTo(number));
        string[] fields =
        [
            "consumer_count", "messages_unacknowledged", "prefetch_count", "global_prefetch_count", "acks_uncommitted",
            "messages_uncommitted", "messages_unconfirmed", "confirm", "transactional"
        ];
        return string.Join(", ", fields.Select(field => $"{field} {channel.GetProperty(field)}"));
    }

    /// <summary>Waits until the HTTP API shows the single connection to a virtual host. RabbitMQ shows it after some seconds.</summary>
    private static async Task<JsonElement> FindAsync(string host)
    {
        JsonElement[] found = [];
        await Eventually.Holds(
            async () =>
            {
                found = [.. (await GetAsync($"/vhosts/{host}/connections")).Json.EnumerateArray()];
                return found.Length == 1
                    && found[0].TryGetProperty("channels", out var channels)
                    && channels.GetInt32() >= 0
                    && found[0].TryGetProperty("protocol", out _);
            },
            () => $"There are {found.Length}");
        return found[0];
    }
}
