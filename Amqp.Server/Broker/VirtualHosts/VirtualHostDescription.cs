using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>What is said of a virtual host besides its name. Immutable.</summary>
/// <param name="Text">RabbitMQ's <c>description</c>.</param>
/// <param name="Tags">RabbitMQ's <c>tags</c>.</param>
/// <param name="DefaultQueueType">The type of queues that name none; null: the broker's default.</param>
/// <param name="IsProtected">Whether it must not be deleted.</param>
internal sealed record VirtualHostDescription(string Text, IReadOnlyList<string> Tags, string? DefaultQueueType = null, bool IsProtected = false)
{
    private const byte Version = 1;

    public static VirtualHostDescription None { get; } = new("", []);

    /// <summary>Reads the catalog's value: nothing, or <c>| version u8 | table |</c>.</summary>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static VirtualHostDescription Read(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return None;
        var reader = new WireReader(value);
        byte version = reader.ReadByte();
        if (version != Version)
            throw new InvalidDataException($"A virtual host has format {version}; this version reads format {Version}.");
        var table = reader.ReadTable();
        return new VirtualHostDescription(
            table["description"]?.AsString() ?? "",
            [.. table["tags"]?.AsArray().Select(tag => tag.AsString()) ?? []],
            table["default-queue-type"]?.AsString(),
            table["protected"]?.AsBoolean() ?? false);
    }

    /// <summary>The catalog's value.</summary>
    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteByte(Version);
        var table = FieldTable.Empty
            .With("description", FieldValue.FromString(Text))
            .With("tags", FieldValue.FromArray([.. Tags.Select(tag => FieldValue.FromString(tag))]));
        if (DefaultQueueType is { } type)
            table = table.With("default-queue-type", FieldValue.FromString(type));
        if (IsProtected)
            table = table.With("protected", FieldValue.FromBoolean(true));
        writer.WriteTable(table);
        return output.WrittenSpan.ToArray();
    }
}
