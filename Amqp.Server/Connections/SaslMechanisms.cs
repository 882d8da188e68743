using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>The SASL mechanisms that connection.start may offer.</summary>
internal static class SaslMechanisms
{
    /// <summary>The mechanism that authenticates with the client's certificate.</summary>
    public const string External = "EXTERNAL";

    /// <summary>The mechanisms that authenticate with a password.</summary>
    public static IReadOnlyList<string> WithPassword { get; } = ["PLAIN", "AMQPLAIN"];

    /// <summary>All mechanisms, in the order in which connection.start lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. WithPassword, External];

    /// <summary>
    /// Reads the user name and the password from a response. Returns null if the response is malformed, or the mechanism uses no password.
    /// </summary>
    public static (string User, string Password)? Read(string mechanism, ReadOnlySpan<byte> response) => mechanism switch
    {
        "PLAIN" => ReadPlain(response),
        "AMQPLAIN" => ReadAmqPlain(response),
        _ => null,
    };

    /// <summary>
    /// Reads a response of PLAIN (RFC 4616): authorization identity, NUL, user name, NUL, password. Ignores the authorization identity.
    /// </summary>
    private static (string, string)? ReadPlain(ReadOnlySpan<byte> response)
    {
        int first = response.IndexOf((byte)0);
        if (first < 0)
            return null;
        var rest = response[(first + 1)..];
        int second = rest.IndexOf((byte)0);
        if (second < 0 || rest[(second + 1)..].Contains((byte)0))
            return null;
        return (Encoding.UTF8.GetString(rest[..second]), Encoding.UTF8.GetString(rest[(second + 1)..]));
    }

    /// <summary>Reads a response of AMQPLAIN: a field table without its length, with the fields LOGIN and PASSWORD.</summary>
    private static (string, string)? ReadAmqPlain(ReadOnlySpan<byte> response)
    {
        try
        {
            var table = FieldTableCodec.Read(response);
            return table["LOGIN"] is { Type: FieldType.LongString } login && table["PASSWORD"] is { Type: FieldType.LongString } password
                ? (login.AsString(), password.AsString())
                : null;
        }
        catch (AmqpException)
        {
            return null;
        }
    }
}
