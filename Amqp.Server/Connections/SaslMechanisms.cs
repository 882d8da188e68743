using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>How a client says who it is: the SASL mechanisms of connection.start.</summary>
internal static class SaslMechanisms
{
    /// <summary>The one that takes the client's certificate.</summary>
    public const string External = "EXTERNAL";

    /// <summary>Those that take a password.</summary>
    public static IReadOnlyList<string> WithPassword { get; } = ["PLAIN", "AMQPLAIN"];

    /// <summary>All that there are, in the order of connection.start.</summary>
    public static IReadOnlyList<string> All { get; } = [.. WithPassword, External];

    /// <summary>Reads name and password out of a response; null when it is malformed or the mechanism takes no password.</summary>
    public static (string User, string Password)? Read(string mechanism, ReadOnlySpan<byte> response) => mechanism switch
    {
        "PLAIN" => ReadPlain(response),
        "AMQPLAIN" => ReadAmqPlain(response),
        _ => null,
    };

    /// <summary>An identity to act for (which is ignored), a NUL, the name, a NUL, the password (RFC 4616).</summary>
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

    /// <summary>The fields of a table, without its length, with LOGIN and PASSWORD.</summary>
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
