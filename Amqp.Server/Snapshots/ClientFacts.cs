using Amqp.Protocol;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Snapshots;

/// <summary>The properties of a client that lists show.</summary>
/// <param name="Name">The name that the client gave its connection; null if it gave none.</param>
/// <param name="Program">Product and version of the client's library; null if it sent neither.</param>
/// <param name="Platform">The platform that the client's library reports; null if it reports none.</param>
internal sealed record ClientFacts(string? Name, string? Program, string? Platform)
{
    /// <summary>Maximum number of characters of a text. Clients may send texts of any length.</summary>
    private const int MaxLength = 200;

    /// <summary>Reads the properties that a client sent when it connected.</summary>
    public static ClientFacts Of(SessionOrigin origin)
    {
        var properties = FieldTableCodec.Read(origin.ClientProperties);
        string? product = Text(properties, "product"), version = Text(properties, "version");
        string program = $"{product} {version}".Trim();
        return new ClientFacts(Text(properties, "connection_name"), program.Length > 0 ? program : null, Text(properties, "platform"));
    }

    private static string? Text(FieldTable properties, string name) => properties[name] is { Type: FieldType.LongString } value
        ? value.AsString() is var text && text.Length <= MaxLength ? text : text[..MaxLength]
        : null;
}
