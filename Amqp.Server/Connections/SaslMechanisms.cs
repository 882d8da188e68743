using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>The SASL mechanisms of connection.start, by which a client authenticates.</summary>
internal static class SaslMechanisms
{
    /// <summary>The mechanism that uses the client's certificate.</summary>
    public const string External = "EXTERNAL";

    /// <summary>The mechanisms with a password.</summary>
    public static IReadOnlyList<string> WithPassword { get; } = ["PLAIN", "AMQPLAIN"];

    /// <summary>All mechanisms, in the order of connection.start.</summary>
    public static IReadOnlyList<string> All { get; } = [.. WithPassword, External];

    /// <summary>
    /// Reads name and password from a response. Returns null if the response is malformed, or the mechanism has no password.
    /// </summary>
    public static (string User, string Password)? Read(string mechanism, ReadOnlySpan<byte> response) => mechanism switch
    {
        "PLAIN" => ReadPlain(response),
        "AMQPLAIN" => ReadAmqPlain(response),
        _ => null,
    };

    /// <summary>
    /// Reads the response of PLAIN (RFC 4616): an identity to act for, which is ignored; NUL; the name; NUL; the password.
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

    /// <summary>Reads LOGIN and PASSWORD from a field table that is encoded without its length.</summary>
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
