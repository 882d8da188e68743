using Amqp.Protocol;
using Amqp.Server.Connections;
using Amqp.Tests.Support;

namespace Amqp.Tests.Logging;

/// <summary>
/// The log has one line about each important event of a connection. A client that only checks that the port is open causes no line.
/// </summary>
public sealed class ConnectionLogTests
{
    private BrokerInProcess _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _broker = await BrokerInProcess.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [TestCase("client", "closed by the client")]
    [TestCase("nobody", "the client went away without closing the connection")]
    [TestCase("broker", "connection closed: CHANNEL_ERROR - expected 'channel.open'")]
    public async Task A_connection_is_opened_and_ends_with_who_has_closed_it(string closing, string line)
    {
        var (client, connection) = await DialAsync();
        await client.OpenAsync(properties: FieldTable.Empty.With("product", FieldValue.FromString("shop")));
        if (closing == "client")
        {
            await client.SendAsync(0, new ConnectionClose(200, "bye", 0, 0));
            await client.ExpectAsync<ConnectionCloseOk>(0);
        }
        else if (closing == "broker")
        {
            await client.SendAsync(7, new ChannelClose(200, "", 0, 0));
            await client.ExpectAsync<ConnectionClose>(0);
        }

        Assert.That(await LinesOfAsync(client, connection), Is.EqualTo(["user 'guest' opened virtual host '/' (shop)", line]));
    }

    [Test]
    public async Task A_channel_that_is_closed_is_told_with_its_number_and_why()
    {
        var (client, connection) = await DialAsync();
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync(3);

        await channel.SendAsync(new QueueDeclare("nope", true, false, false, false, false, FieldTable.Empty));
        await channel.ExpectAsync<ChannelClose>();

        Assert.That((await LinesOfAsync(client, connection))[1], Is.EqualTo("channel 3 closed: NOT_FOUND - no queue 'nope' in vhost '/'"));
    }

    /// <summary>A monitor connects every few seconds to check that the port is open. Such connections must not fill the log.</summary>
    [TestCase("nothing")]
    [TestCase("a part of a header")]
    [TestCase("a header")]
    [TestCase("a header, and does not read the answer", Description = "which resets the connection")]
    [TestCase("a login")]
    public async Task Who_goes_before_the_handshake_is_over_is_no_line(string said)
    {
        var (client, connection) = await DialAsync();
        if (said == "a part of a header")
            await client.SendAsync("AMQ"u8.ToArray());
        else if (said == "a header")
            await client.StartAsync();
        else if (said == "a login")
            await client.LogInAndExpectTuneAsync();
        else if (said != "nothing")
            await client.SendAsync(ProtocolHeader.Amqp091.ToArray());
        if (said.EndsWith("answer", StringComparison.Ordinal))
            await Eventually.Holds(() => connection.Outbox.Counts.SentOctets > 0, () => "there is no answer");

        Assert.That(await LinesOfAsync(client, connection), Is.Empty);
    }

    [Test]
    public async Task Who_speaks_something_else_is_told_with_what_it_looks_like()
    {
        var (client, connection) = await DialAsync();
        await client.SendAsync("GET / HTTP/1.1"u8.ToArray());
        await client.ReceiveBytesAsync(ProtocolHeader.Size);

        Assert.That(await LinesOfAsync(client, connection), Is.EqualTo(["not AMQP 0-9-1 but an HTTP client on the AMQP port"]));
    }

    [Test]
    public async Task A_handshake_out_of_order_is_told_with_what_was_wrong()
    {
        var (client, connection) = await DialAsync();
        await client.StartAsync();
        await client.SendAsync(0, new ConnectionOpen("/"));
        await Eventually.Holds(() => Lines(connection).Length > 0, () => "nothing is logged");

        Assert.That(
            await LinesOfAsync(client, connection),
            Is.EqualTo(["handshake failed: CHANNEL_ERROR - unexpected method in connection state opening"]));
    }

    [Test]
    public async Task A_refused_login_is_one_line()
    {
        var (client, connection) = await DialAsync();
        await client.StartAsync();
        await client.LogInAsync(response: "\0jo\0wrong"u8.ToArray());
        await client.ExpectAsync<ConnectionClose>(0);

        Assert.That(await LinesOfAsync(client, connection), Is.EqualTo(["login of 'jo' with PLAIN refused: invalid credentials"]));
    }

    [Test]
    public async Task A_handshake_that_takes_too_long_is_told_with_how_long_it_may()
    {
        await using var broker = await BrokerInProcess.StartAsync("handshake_timeout = 100");
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));

        await client.ExpectEndAsync();

        await Eventually.Holds(
            () => broker.Log.Any(line => line.EndsWith(": handshake not done within 00:00:00.1000000, closed", StringComparison.Ordinal)),
            () => string.Join('\n', broker.Log));
    }

    /// <summary>Connects a client. Returns the client, and the broker's object for the connection.</summary>
    private async Task<(RawClient Client, AmqpConnection Connection)> DialAsync()
    {
        var before = _broker.Connections.All.ToHashSet();
        var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        AmqpConnection? connection = null;
        await Eventually.Holds(
            () => (connection = _broker.Connections.All.FirstOrDefault(each => !before.Contains(each))) is not null,
            () => "the client is not connected");
        return (client, connection!);
    }

    /// <summary>
    /// Disconnects a client. Waits until the broker has closed the connection, and returns the log lines about the connection.
    /// </summary>
    private async Task<string[]> LinesOfAsync(RawClient client, AmqpConnection connection)
    {
        await client.DisposeAsync();
        await connection.Closed.WaitAsync(TimeSpan.FromSeconds(30));
        return Lines(connection);
    }

    private string[] Lines(AmqpConnection connection)
    {
        string start = $"{connection.Peer.Name}: ";
        return [.. _broker.Log.Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..])];
    }
}
