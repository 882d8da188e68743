using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Definitions;

/// <summary>
/// Encodes and decodes the values in the catalog. A value is a definition without its name, and starts with a version octet.
/// </summary>
internal static class DefinitionCodec
{
    private const byte Version = 1;

    public static ReadOnlySpan<byte> Write(Definition definition)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteByte(Version);
        writer.WriteByte(definition.Flags);
        writer.WriteUInt32(definition.Number);
        writer.WriteShortString(definition.Type);
        writer.WriteTable(definition.Arguments);
        return output.WrittenSpan;
    }

    public static ReadOnlySpan<byte> Write(Policy policy) => Write(new Definition(0, 0, "", FieldTable.Empty
        .With("pattern", FieldValue.FromString(policy.Pattern))
        .With("apply-to", FieldValue.FromString(policy.ApplyTo))
        .With("priority", FieldValue.FromDouble(policy.Priority))
        .With("definition", FieldValue.FromTable(policy.Definition))));

    /// <summary>Encodes the value of a runtime parameter, which can have any type.</summary>
    public static ReadOnlySpan<byte> Write(FieldValue value) => Write(new Definition(0, 0, "", FieldTable.Empty.With("value", value)));

    /// <exception cref="InvalidDataException">The definition is not a policy that this version of the broker can read.</exception>
    public static Policy ReadPolicy(PolicyKind kind, string name, Definition definition)
    {
        var table = definition.Arguments;
        try
        {
            return Policy.FromStored(
                kind, name, Text("pattern"), Text("apply-to"), Field("priority").AsDouble(), Field("definition").AsTable());
        }
        catch (Exception error) when (error is ValidationException or InvalidOperationException)
        {
            throw new InvalidDataException($"Policy '{name}': {error.Message}", error);
        }

        string Text(string field) => Field(field).AsString();
        FieldValue Field(string field) => table[field] ?? throw new InvalidDataException($"Policy '{name}' has no {field}.");
    }

    /// <exception cref="InvalidDataException">A newer version of the broker wrote the value.</exception>
    public static Definition Read(ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(value);
        byte version = reader.ReadByte();
        if (version != Version)
            throw new InvalidDataException($"A definition has format {version}; this version reads format {Version}.");
        return new Definition(reader.ReadByte(), reader.ReadUInt32(), reader.ReadShortString(), reader.ReadTable());
    }
}
