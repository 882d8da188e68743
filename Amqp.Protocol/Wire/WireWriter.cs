using System.Buffers;
using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes AMQP's primitive types (spec 4.2.5). <see cref="WireReader"/> reads them.</summary>
public readonly ref struct WireWriter(IBufferWriter<byte> output)
{
    public void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    /// <summary>Writes one to five bits as one octet. The first bit is the least significant bit.</summary>
    public void WriteBits(bool bit0, bool bit1 = false, bool bit2 = false, bool bit3 = false, bool bit4 = false) =>
        WriteByte((byte)((bit0 ? 1 : 0) | (bit1 ? 2 : 0) | (bit2 ? 4 : 0) | (bit3 ? 8 : 0) | (bit4 ? 16 : 0)));

    /// <exception cref="ArgumentException">The text has more than 255 bytes in UTF-8.</exception>
    public void WriteShortString(string value)
    {
        int length = OctetText.Count(value);
        if (length > ShortString.MaxLength)
            throw new ArgumentException($"A short string holds 255 bytes; this text takes {length}.", nameof(value));
        WriteByte((byte)length);
        OctetText.Encode(value, output.GetSpan(length));
        output.Advance(length);
    }

    public void WriteLongString(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        output.Write(value);
    }

    public void WriteLongString(string value)
    {
        int length = OctetText.Count(value);
        WriteUInt32((uint)length);
        OctetText.Encode(value, output.GetSpan(length));
        output.Advance(length);
    }

    public void WriteTable(FieldTable table) => FieldTableCodec.Write(output, table);
}
