using System.Text.Json;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Compares a definition with the object that exists now.</summary>
/// <param name="IsSame">True if the object exists with the same properties.</param>
/// <param name="Before">Writes the properties of the object as JSON; null if the object is new or the same.</param>
/// <param name="After">Writes the properties of the definition as JSON; null if the object is new or the same.</param>
internal sealed record DefinitionComparison(bool IsSame, Action<Utf8JsonWriter>? Before, Action<Utf8JsonWriter>? After)
{
    /// <summary>The object does not exist.</summary>
    public static DefinitionComparison New { get; } = new(false, null, null);

    /// <summary>The object exists with the same properties.</summary>
    public static DefinitionComparison Same { get; } = new(true, null, null);

    /// <summary>Compares two versions of an object.</summary>
    /// <param name="before">The object that exists; null if there is none.</param>
    /// <param name="after">The object after the import.</param>
    /// <param name="isSame">Returns true if both have the same properties.</param>
    /// <param name="write">Writes the properties as JSON.</param>
    public static DefinitionComparison Of<T>(T? before, T after, Func<T, T, bool> isSame, Action<Utf8JsonWriter, T> write)
        where T : class =>
        before is null ? New
        : isSame(before, after) ? Same
        : new DefinitionComparison(false, json => write(json, before), json => write(json, after));
}
