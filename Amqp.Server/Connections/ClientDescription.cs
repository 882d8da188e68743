using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>Describes a client program by its client properties.</summary>
internal static class ClientDescription
{
    private const int MaxLength = 200;

    private static readonly string[] _told = ["connection_name", "product", "version"];

    /// <summary>Returns the connection's name, if there is one, the library and its version.</summary>
    /// <remarks>The text goes to the log, so it has no control characters and a bounded length.</remarks>
    public static string Of(FieldTable clientProperties)
    {
        string text = string.Join(' ', _told
            .Select(name => clientProperties[name])
            .Where(value => value is { Type: FieldType.LongString })
            .Select(value => value!.Value.AsString()));
        return new string([.. text.Where(character => !char.IsControl(character)).Take(MaxLength)]);
    }
}
