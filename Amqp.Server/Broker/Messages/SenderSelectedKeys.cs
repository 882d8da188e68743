using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Messages;

/// <summary>The headers CC and BCC, in which a sender gives additional routing keys (RabbitMQ's sender-selected distribution).</summary>
internal static class SenderSelectedKeys
{
    private static readonly string[] _names = ["CC", "BCC"];

    /// <summary>Returns true if the headers contain CC or BCC. Does not decode the headers.</summary>
    public static bool AreIn(ReadOnlySpan<byte> headers) =>
        EncodedFieldTable.TryFind(headers, "CC"u8, out _) || EncodedFieldTable.TryFind(headers, "BCC"u8, out _);

    /// <summary>Returns the keys of the headers CC and BCC.</summary>
    /// <exception cref="BrokerException">406: CC or BCC is not an array.</exception>
    public static string[] Read(ReadOnlySpan<byte> headers)
    {
        var keys = new List<string>();
        foreach (string name in _names)
            if (!TryRead(headers, name, keys, out var type))
                throw Unacceptable(name, type);
        return [.. keys];
    }

    /// <summary>Returns the keys of the headers CC and BCC of a stored message. Ignores a header that is not an array.</summary>
    public static string[] ReadStored(ReadOnlySpan<byte> headers)
    {
        if (!AreIn(headers))
            return [];
        var keys = new List<string>();
        foreach (string name in _names)
            TryRead(headers, name, keys, out _);
        return [.. keys];
    }

    /// <returns>False if the header is not an array.</returns>
    private static bool TryRead(ReadOnlySpan<byte> headers, string name, List<string> keys, out FieldType type)
    {
        type = FieldType.Array;
        if (!EncodedFieldTable.TryFind(headers, OctetText.Encode(name), out var value))
            return true;
        type = (FieldType)value[0];
        if (type != FieldType.Array)
            return false;
        var values = new EncodedFieldReader(EncodedFieldReader.ContentOf(value));
        while (values.TryReadValue(out var key))
            if (key[0] == (byte)FieldType.LongString)
                keys.Add(OctetText.Decode(EncodedFieldReader.ContentOf(key)));
        return true;
    }

    /// <summary>Returns the properties without the BCC header, which consumers must not see.</summary>
    public static ReadOnlySpan<byte> WithoutBcc(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers)
    {
        if (!EncodedFieldTable.TryFind(headers, "BCC"u8, out _))
            return properties;
        int start = EncodedProperties.HeadersOffset(properties);
        var output = new ArrayBufferWriter<byte>(properties.Length);
        output.Write(properties[..start]);
        FieldTableCodec.Write(output, new FieldTable(FieldTableCodec.Read(headers).Where(field => field.Key != "BCC")));
        int end = start + sizeof(uint) + (int)BinaryPrimitives.ReadUInt32BigEndian(properties[start..]);
        output.Write(properties[end..]);
        return output.WrittenSpan;
    }

    /// <summary>
    /// Encodes the keys of the BCC header, in at most <see cref="EncodedMessage.MaxHiddenKeys"/> bytes. Omits keys longer than 255 bytes.
    /// </summary>
    public static byte[] Hide(ReadOnlySpan<byte> headers)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        foreach (var key in FieldTableCodec.Read(headers)["BCC"] is { Type: FieldType.Array } keys ? keys.AsArray() : [])
        {
            if (key.Type != FieldType.LongString || OctetText.Count(key.AsString()) is var length && length > byte.MaxValue)
                continue;
            if (output.WrittenCount + 1 + length > EncodedMessage.MaxHiddenKeys)
                break;
            writer.WriteShortString(key.AsString());
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the keys that <see cref="Hide"/> encoded.</summary>
    public static string[] Reveal(ReadOnlySpan<byte> hiddenKeys)
    {
        var keys = new List<string>();
        for (; !hiddenKeys.IsEmpty; hiddenKeys = hiddenKeys[(1 + hiddenKeys[0])..])
            keys.Add(OctetText.Decode(hiddenKeys.Slice(1, hiddenKeys[0])));
        return [.. keys];
    }

    private static BrokerException Unacceptable(string name, FieldType type) => new(
        BrokerError.Precondition,
        $"invalid message: {{unacceptable_type_in_header,\"{name}\",{ArgumentTypes.NameOf(type)}}}");
}
