using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>The handshake that opens a connection, as single steps or as one call.</summary>
internal static class RawHandshake
{
    /// <summary>The capabilities that a current client library reports.</summary>
    public static FieldTable Capabilities { get; } = new(
        new[]
        {
            "authentication_failure_close", "basic.nack", "connection.blocked", "consumer_cancel_notify", "exchange_exchange_bindings",
            "publisher_confirms"
        }
            .Select(name => KeyValuePair.Create(name, FieldValue.FromBoolean(true))));

    /// <summary>Client properties that contain only <see cref="Capabilities"/>.</summary>
    public static FieldTable ClientProperties { get; } = FieldTable.Empty.With("capabilities", FieldValue.FromTable(Capabilities));

    /// <summary>Sends the protocol header and receives connection.start.</summary>
    public static async Task<ConnectionStart> StartAsync(this RawClient client)
    {
        await client.SendAsync(ProtocolHeader.Amqp091.ToArray());
        return await client.ExpectAsync<ConnectionStart>(0);
    }

    /// <summary>Sends connection.start-ok with the credentials of a user.</summary>
    /// <param name="client">The client.</param>
    /// <param name="mechanism">The SASL mechanism.</param>
    /// <param name="response">The SASL response; by default <see cref="PlainAsync"/>.</param>
    /// <param name="properties">Client properties; <see cref="ClientProperties"/> by default.</param>
    public static async Task LogInAsync(
        this RawClient client, string mechanism = "PLAIN", byte[]? response = null, FieldTable? properties = null) =>
        await client.SendAsync(
            0, new ConnectionStartOk(properties ?? ClientProperties, mechanism, response ?? await PlainAsync(), "en_US"));

    /// <summary>Returns the SASL response for PLAIN, with the user and password from the URI of the broker under test.</summary>
    public static async Task<byte[]> PlainAsync()
    {
        string[] login = (await BrokerTarget.UriAsync).UserInfo.Split(':');
        return Encoding.UTF8.GetBytes($"\0{Uri.UnescapeDataString(login[0])}\0{Uri.UnescapeDataString(login[1])}");
    }

    /// <summary>Runs the handshake up to connection.tune, without answering connection.tune.</summary>
    public static async Task<ConnectionTune> LogInAndExpectTuneAsync(this RawClient client, FieldTable? properties = null)
    {
        await client.StartAsync();
        await client.LogInAsync(properties: properties);
        return await client.ExpectAsync<ConnectionTune>(0);
    }

    /// <summary>Opens the connection: runs the whole handshake.</summary>
    /// <param name="client">A client that has sent nothing yet.</param>
    /// <param name="channelMax">Value of channel-max in tune-ok.</param>
    /// <param name="frameMax">Value of frame-max in tune-ok, in octets.</param>
    /// <param name="heartbeat">Value of heartbeat in tune-ok, in seconds.</param>
    /// <param name="properties">Client properties; <see cref="ClientProperties"/> by default.</param>
    /// <param name="virtualHost">The virtual host.</param>
    public static async Task OpenAsync(
        this RawClient client,
        ushort channelMax = 2047,
        uint frameMax = 131_072,
        ushort heartbeat = 0,
        FieldTable? properties = null,
        string virtualHost = "/")
    {
        await client.LogInAndExpectTuneAsync(properties);
        await client.SendAsync(0, new ConnectionTuneOk(channelMax, frameMax, heartbeat));
        await client.SendAsync(0, new ConnectionOpen(virtualHost));
        await client.ExpectAsync<ConnectionOpenOk>(0);
    }
}
