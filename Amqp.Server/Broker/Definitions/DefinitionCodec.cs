using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Definitions;

/// <summary>The catalog's values: what a definition holds beside its names. Each starts with a version octet.</summary>
internal static class DefinitionCodec
{
    private const byte Version = 1;

    public static ReadOnlySpan<byte> Write(Exchange exchange) => Write((byte)exchange.Flags, exchange.Keeper?.DurableNumber ?? 0, exchange.Type, exchange.Arguments);

    public static ReadOnlySpan<byte> Write(Queue queue) => Write((byte)queue.Flags, queue.Messages.Number, "", queue.Arguments.Table);

    public static ReadOnlySpan<byte> Write(Binding binding) => Write(0, 0, "", binding.Arguments);

    public static ReadOnlySpan<byte> Write(Policy policy) => Write(0, 0, "", FieldTable.Empty
        .With("pattern", FieldValue.FromString(policy.Pattern))
        .With("apply-to", FieldValue.FromString(policy.ApplyTo))
        .With("priority", FieldValue.FromDouble(policy.Priority))
        .With("definition", FieldValue.FromTable(policy.Definition)));

    /// <summary>A parameter's value, of whatever type.</summary>
    public static ReadOnlySpan<byte> Write(FieldValue value) => Write(0, 0, "", FieldTable.Empty.With("value", value));

    /// <exception cref="InvalidDataException">It is no policy that this version understands.</exception>
    public static Policy ReadPolicy(PolicyKind kind, string name, Definition definition)
    {
        var table = definition.Arguments;
        try
        {
            return Policy.FromStored(kind, name, Text("pattern"), Text("apply-to"), Field("priority").AsDouble(), Field("definition").AsTable());
        }
        catch (Exception error) when (error is ValidationException or InvalidOperationException)
        {
            throw new InvalidDataException($"Policy '{name}': {error.Message}", error);
        }

        string Text(string field) => Field(field).AsString();
        FieldValue Field(string field) => table[field] ?? throw new InvalidDataException($"Policy '{name}' has no {field}.");
    }

    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static Definition Read(ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(value);
        byte version = reader.ReadByte();
        if (version != Version)
            throw new InvalidDataException($"A definition has format {version}; this version reads format {Version}.");
        return new Definition(reader.ReadByte(), reader.ReadUInt32(), reader.ReadShortString(), reader.ReadTable());
    }

    private static ReadOnlySpan<byte> Write(byte flags, uint number, string type, FieldTable arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteByte(Version);
        writer.WriteByte(flags);
        writer.WriteUInt32(number);
        writer.WriteShortString(type);
        writer.WriteTable(arguments);
        return output.WrittenSpan;
    }
}

/// <summary>A definition as the catalog holds it.</summary>
/// <param name="Flags">An exchange's or a queue's flags.</param>
/// <param name="Number">The number in the message store: a queue's (where it has priorities, that of the lowest), or that of an exchange which keeps messages; else 0.</param>
/// <param name="Type">An exchange's type.</param>
/// <param name="Arguments">The x-arguments.</param>
internal readonly record struct Definition(byte Flags, uint Number, string Type, FieldTable Arguments)
{
    /// <summary>A queue's numbers in the message store: one for each of its priorities, and one for what is returned to a quorum queue.</summary>
    public IEnumerable<uint> QueueNumbers
    {
        get
        {
            uint first = Number;
            return Enumerable.Range(0, QueueArguments.FromStored(Arguments).LevelsOf((QueueFlags)Flags)).Select(level => first + (uint)level);
        }
    }
}
