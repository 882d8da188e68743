namespace Amqp.Server.Connections;

/// <summary>Guesses a peer's protocol from the first octets that the peer sent, if these octets are no AMQP 0-9-1 header.</summary>
internal static class ProtocolHint
{
    private const byte TlsHandshake = 0x16;

    public static string Describe(ReadOnlySpan<byte> header) => header switch
    {
        [TlsHandshake, 3, ..] => "a TLS client on a plain port",
        _ when IsHttp(header) => "an HTTP client on the AMQP port",
        [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', ..] => $"AMQP with the protocol header {string.Join(' ', header[4..].ToArray())}",
        _ => $"the octets {Convert.ToHexString(header)}",
    };

    private static bool IsHttp(ReadOnlySpan<byte> header) =>
        header.StartsWith("GET "u8) || header.StartsWith("POST "u8) || header.StartsWith("PUT "u8)
        || header.StartsWith("HEAD "u8) || header.StartsWith("DELETE "u8) || header.StartsWith("OPTIONS "u8);
}
