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
            new object?[] { connection.GetProperty("user").GetString(), connection.GetProperty("vhost").GetString(), connection.GetProperty("channel_max").GetInt32(), connection.GetProperty("protocol").GetString(), connection.GetProperty("auth_mechanism").GetString(), connection.GetProperty("state").GetString() },
            Is.EqualTo(new object?[] { "guest", host, 2047, "AMQP 0-9-1", "PLAIN", "running" }));
        string name = connection.GetProperty("name").GetString()!;
        Assert.That(name, Does.Match(@"^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$"));
        string path = $"/connections/{Uri.EscapeDataString(name)}";
        Assert.That((await GetAsync($"{path}?columns=name")).Json.GetProperty("name").GetString(), Is.EqualTo(name));
        string channel = $"{name} (1)";
        await Eventually.Holds(async () => (await GetAsync($"{path}/channels")).Column("name").SequenceEqual([channel]), () => "The channel is not shown");
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

        JsonElement connection = default; // RabbitMQ has some of them a little later
        await Eventually.Holds(async () => HasNumbers(connection = await FindAsync(host), fields), () => $"{connection}");
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

        Assert.That((await DeleteAsync($"/connections/username/{user}")).Code, Is.EqualTo(204));

        await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - Closed via management plugin");
    }

    /// <summary>The one connection to a virtual host; RabbitMQ shows it after a while only.</summary>
    private static async Task<JsonElement> FindAsync(string host)
    {
        JsonElement[] found = [];
        await Eventually.Holds(
            async () =>
            {
                found = [.. (await GetAsync($"/vhosts/{host}/connections")).Json.EnumerateArray()];
                return found.Length == 1 && found[0].TryGetProperty("channels", out var channels) && channels.GetInt32() >= 0 && found[0].TryGetProperty("protocol", out _);
            },
            () => $"There are {found.Length}");
        return found[0];
    }
}
