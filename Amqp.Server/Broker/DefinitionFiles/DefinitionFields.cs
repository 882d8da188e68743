using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Reads single fields of a definition.</summary>
internal static class DefinitionFields
{
    /// <exception cref="DefinitionException">The field is missing, or is not a text.</exception>
    public static string Text(this FieldTable definition, string field) => definition[field] is { Type: FieldType.LongString } text
        ? text.AsString()
        : throw new DefinitionException($"[{{key_missing,{field}}}]");

    /// <summary>Returns a text of at most 255 bytes, such as a name or a routing key.</summary>
    /// <param name="definition">Definition that has the field.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="what">RabbitMQ's name for the field, for the error text.</param>
    /// <exception cref="DefinitionException">The field is missing, is not a text, or is longer than 255 bytes.</exception>
    public static string Name(this FieldTable definition, string field, string what)
    {
        string name = definition.Text(field);
        return ShortString.Fits(name)
            ? name
            : throw new DefinitionException($"{what} should be less than 255 bytes, actually was {Encoding.UTF8.GetByteCount(name)}\n");
    }

    /// <summary>
    /// Returns a mandatory flag. If a missing <c>durable</c> meant false, an import could silently create queues that do not survive a
    /// restart.
    /// </summary>
    /// <exception cref="DefinitionException">The field is missing, or is neither true nor false.</exception>
    public static bool DemandFlag(this FieldTable definition, string field, string owner) =>
        definition[field] is null ? throw new DefinitionException($"[{{key_missing,{field}}}]") : definition.Flag(field, owner);

    /// <summary>Returns an optional flag; false if the field is missing.</summary>
    /// <param name="definition">Definition that has the field.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="owner">Description of the defined object, for the error text.</param>
    /// <exception cref="DefinitionException">The field is neither true nor false.</exception>
    public static bool Flag(this FieldTable definition, string field, string owner) => definition[field] switch
    {
        null => false,
        { Type: FieldType.Boolean } flag => flag.AsBoolean(),
        { Type: FieldType.LongString } text =>
            throw new DefinitionException($"{owner}: {field} must be true or false, not the text \"{text}\""),
        { Type: FieldType.Void } => throw new DefinitionException($"{owner}: {field} must be true or false, not null"),
        { } other => throw new DefinitionException($"{owner}: {field} must be true or false, not {other}"),
    };

    /// <summary>Returns the field <c>arguments</c>; an empty table if the field is missing or an empty array.</summary>
    /// <exception cref="DefinitionException">The arguments are neither a table nor an empty array.</exception>
    public static FieldTable Arguments(this FieldTable definition, string owner) => definition["arguments"] switch
    {
        null => FieldTable.Empty,
        { Type: FieldType.Table } table => table.AsTable(),
        { Type: FieldType.Array } array when array.AsArray().Count == 0 => FieldTable.Empty,
        _ => throw new DefinitionException($"{owner}: arguments must be an object"),
    };

    /// <summary>Returns the table in a field; an empty table if the field is missing or is not a table.</summary>
    public static FieldTable Inner(this FieldTable definition, string field) =>
        definition[field] is { Type: FieldType.Table } table ? table.AsTable() : FieldTable.Empty;

    public static FieldTable Replace(this FieldTable definition, string field, FieldValue value) =>
        new FieldTable(definition.Where(entry => entry.Key != field)).With(field, value);
}
