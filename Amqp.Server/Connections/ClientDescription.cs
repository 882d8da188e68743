using Amqp.Protocol;

namespace Amqp.Server.Connections;

/// <summary>Which program it is that connects, as it says itself.</summary>
internal static class ClientDescription
{
    private const int MaxLength = 200;

    private static readonly string[] _told = ["connection_name", "product", "version"];

    /// <summary>Its name if it gave one, its library and version; for the log, so without line breaks and of bounded length.</summary>
    public static string Of(FieldTable clientProperties)
    {
        string text = string.Join(' ', _told
            .Select(name => clientProperties[name])
            .Where(value => value is { Type: FieldType.LongString })
            .Select(value => value!.Value.AsString()));
        return new string([.. text.Where(character => !char.IsControl(character)).Take(MaxLength)]);
    }
}
