using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>The opening of a connection, step by step or as a whole.</summary>
internal static class RawHandshake
{
    /// <summary>What a modern client says of itself.</summary>
    public static FieldTable Capabilities { get; } = new(
        new[] { "authentication_failure_close", "basic.nack", "connection.blocked", "consumer_cancel_notify", "exchange_exchange_bindings", "publisher_confirms" }
            .Select(name => KeyValuePair.Create(name, FieldValue.FromBoolean(true))));

    /// <summary>Client properties that hold nothing but <see cref="Capabilities"/>.</summary>
    public static FieldTable ClientProperties { get; } = FieldTable.Empty.With("capabilities", FieldValue.FromTable(Capabilities));

    /// <summary>Sends the protocol header.</summary>
    public static async Task<ConnectionStart> StartAsync(this RawClient client)
    {
        await client.SendAsync(ProtocolHeader.Amqp091.ToArray());
        return await client.ExpectAsync<ConnectionStart>(0);
    }

    /// <summary>Sends a login.</summary>
    /// <param name="client">The client.</param>
    /// <param name="mechanism">The SASL mechanism.</param>
    /// <param name="response">Its response; guest's for PLAIN when omitted.</param>
    /// <param name="properties">Client properties; <see cref="ClientProperties"/> when omitted.</param>
    public static async Task LogInAsync(
        this RawClient client, string mechanism = "PLAIN", byte[]? response = null, FieldTable? properties = null) =>
        await client.SendAsync(0, new ConnectionStartOk(properties ?? ClientProperties, mechanism, response ?? await PlainAsync(), "en_US"));

    /// <summary>A response for PLAIN with the target's own user and password.</summary>
    public static async Task<byte[]> PlainAsync()
    {
        string[] login = (await BrokerTarget.UriAsync).UserInfo.Split(':');
        return Encoding.UTF8.GetBytes($"\0{Uri.UnescapeDataString(login[0])}\0{Uri.UnescapeDataString(login[1])}");
    }

    /// <summary>Goes as far as the tune, which is not answered.</summary>
    public static async Task<ConnectionTune> LogInAndExpectTuneAsync(this RawClient client, FieldTable? properties = null)
    {
        await client.StartAsync();
        await client.LogInAsync(properties: properties);
        return await client.ExpectAsync<ConnectionTune>(0);
    }

    /// <summary>The whole handshake.</summary>
    /// <param name="client">A client that has said nothing yet.</param>
    /// <param name="channelMax">In tune-ok.</param>
    /// <param name="frameMax">In tune-ok.</param>
    /// <param name="heartbeat">In tune-ok, in seconds.</param>
    /// <param name="properties">Client properties; <see cref="ClientProperties"/> when omitted.</param>
    /// <param name="virtualHost">The virtual host.</param>
    public static async Task OpenAsync(
        this RawClient client, ushort channelMax = 2047, uint frameMax = 131_072, ushort heartbeat = 0, FieldTable? properties = null, string virtualHost = "/")
    {
        await client.LogInAndExpectTuneAsync(properties);
        await client.SendAsync(0, new ConnectionTuneOk(channelMax, frameMax, heartbeat));
        await client.SendAsync(0, new ConnectionOpen(virtualHost));
        await client.ExpectAsync<ConnectionOpenOk>(0);
    }
}
