using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Reads single fields of a definition.</summary>
internal static class DefinitionFields
{
    /// <exception cref="DefinitionException">It is not there, or no text.</exception>
    public static string Text(this FieldTable definition, string field) => definition[field] is { Type: FieldType.LongString } text
        ? text.AsString()
        : throw new DefinitionException($"[{{key_missing,{field}}}]");

    /// <summary>A text that clients send as a name or a key.</summary>
    /// <param name="definition">What it is a field of.</param>
    /// <param name="field">Which one.</param>
    /// <param name="what">What RabbitMQ calls it in an address.</param>
    /// <exception cref="DefinitionException">It is not there, no text, or longer than AMQP can say it.</exception>
    public static string Name(this FieldTable definition, string field, string what)
    {
        string name = definition.Text(field);
        return ShortString.Fits(name)
            ? name
            : throw new DefinitionException($"{what} should be less than 255 bytes, actually was {Encoding.UTF8.GetByteCount(name)}\n");
    }

    /// <summary>A flag that must be there: without it a queue would be gone after the next restart, and nobody would have said so.</summary>
    /// <exception cref="DefinitionException">It is not there, or something else than true or false.</exception>
    public static bool DemandFlag(this FieldTable definition, string field, string owner) =>
        definition[field] is null ? throw new DefinitionException($"[{{key_missing,{field}}}]") : definition.Flag(field, owner);

    /// <summary>A flag; false when it is not mentioned.</summary>
    /// <param name="definition">What it is a field of.</param>
    /// <param name="field">Which one.</param>
    /// <param name="owner">Whose it is, for the error.</param>
    /// <exception cref="DefinitionException">It is something else than true or false: the words for it, or null.</exception>
    public static bool Flag(this FieldTable definition, string field, string owner) => definition[field] switch
    {
        null => false,
        { Type: FieldType.Boolean } flag => flag.AsBoolean(),
        { Type: FieldType.LongString } text => throw new DefinitionException($"{owner}: {field} must be true or false, not the text \"{text}\""),
        { Type: FieldType.Void } => throw new DefinitionException($"{owner}: {field} must be true or false, not null"),
        { } other => throw new DefinitionException($"{owner}: {field} must be true or false, not {other}"),
    };

    /// <summary>The arguments; none when they are not mentioned. An array without items is how some programs write an empty table.</summary>
    /// <exception cref="DefinitionException">They are no table.</exception>
    public static FieldTable Arguments(this FieldTable definition, string owner) => definition["arguments"] switch
    {
        null => FieldTable.Empty,
        { Type: FieldType.Table } table => table.AsTable(),
        { Type: FieldType.Array } array when array.AsArray().Count == 0 => FieldTable.Empty,
        _ => throw new DefinitionException($"{owner}: arguments must be an object"),
    };

    /// <summary>A table within; empty when it is none.</summary>
    public static FieldTable Inner(this FieldTable definition, string field) => definition[field] is { Type: FieldType.Table } table ? table.AsTable() : FieldTable.Empty;

    public static FieldTable Replace(this FieldTable definition, string field, FieldValue value) =>
        new FieldTable(definition.Where(entry => entry.Key != field)).With(field, value);
}
