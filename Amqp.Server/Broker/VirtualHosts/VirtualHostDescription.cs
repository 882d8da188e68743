using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The metadata of a virtual host. Immutable.</summary>
/// <param name="Text">RabbitMQ's <c>description</c>.</param>
/// <param name="Tags">RabbitMQ's <c>tags</c>.</param>
/// <param name="DefaultQueueType">Default queue type; null: the broker's default.</param>
/// <param name="IsProtected">True if the virtual host must not be deleted.</param>
internal sealed record VirtualHostDescription(
    string Text, IReadOnlyList<string> Tags, string? DefaultQueueType = null, bool IsProtected = false)
{
    private const byte Version = 1;

    public static VirtualHostDescription None { get; } = new("", []);

    /// <summary>Reads a description from the catalog. The value is empty, or has the form <c>| version u8 | table |</c>.</summary>
    /// <exception cref="InvalidDataException">A newer version wrote the value.</exception>
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

    /// <summary>Returns the description as a value for the catalog.</summary>
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
