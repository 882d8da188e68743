using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>Describes a client program from its client properties.</summary>
internal static class ClientDescription
{
    private const int MaxLength = 200;

    private static readonly string[] _told = ["connection_name", "product", "version"];

    /// <summary>Returns a text for the log: the connection's name, the client library and its version.</summary>
    /// <remarks>The text has no control characters and a limited length.</remarks>
    public static string Of(FieldTable clientProperties)
    {
        string text = string.Join(' ', _told
            .Select(name => clientProperties[name])
            .Where(value => value is { Type: FieldType.LongString })
            .Select(value => value!.Value.AsString()));
        return new string([.. text.Where(character => !char.IsControl(character)).Take(MaxLength)]);
    }
}
