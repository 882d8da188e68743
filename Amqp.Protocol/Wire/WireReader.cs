using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>
/// Reads AMQP's primitive types (spec 4.2.5). Each read throws <see cref="AmqpException"/> 502 if too few bytes are left.
/// </summary>
/// <param name="payload">The payload of a frame.</param>
/// <param name="maxTableDepth">Maximum nesting of tables and arrays.</param>
public ref struct WireReader(ReadOnlySpan<byte> payload, int maxTableDepth = int.MaxValue)
{
    private readonly int _maxTableDepth = maxTableDepth;
    private ReadOnlySpan<byte> _rest = payload;
    private byte _bits;
    private int _bitsUsed = 8; // number of bits read from the current octet; at 8 the next bit starts a new octet

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>
    /// Reads one bit. Consecutive bits are packed into one octet, lowest bit first. A read of another type starts a new octet.
    /// </summary>
    public bool ReadBit()
    {
        if (_bitsUsed == 8)
            (_bits, _bitsUsed) = (ReadByte(), 0);
        return ((_bits >> _bitsUsed++) & 1) != 0;
    }

    /// <summary>Reads the bytes of a short string, without verifying that they are UTF-8.</summary>
    public ReadOnlySpan<byte> ReadShortStringBytes() => Take(ReadByte());

    /// <exception cref="AmqpException">501, as in RabbitMQ: the string is not UTF-8.</exception>
    public string ReadShortString()
    {
        var bytes = ReadShortStringBytes();
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw MalformedUtf8();
    }

    /// <summary>Reads a short string that may be invalid UTF-8. <see cref="OctetText"/> describes the conversion.</summary>
    public string ReadOctetText() => OctetText.Decode(ReadShortStringBytes());

    /// <summary>Reads a long string, which is a length of four octets followed by that many bytes.</summary>
    public ReadOnlySpan<byte> ReadLongString()
    {
        uint length = ReadUInt32();
        return length <= int.MaxValue ? Take((int)length) : throw Truncated();
    }

    /// <exception cref="AmqpException">502: a field is malformed or nested too deep.</exception>
    public FieldTable ReadTable() => FieldTableCodec.Read(ReadLongString(), _maxTableDepth);

    public ReadOnlySpan<byte> Take(int count)
    {
        _bitsUsed = 8;
        if (count > _rest.Length)
            throw Truncated();
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static AmqpException MalformedUtf8() => new(ReplyCode.FrameError, "Malformed UTF-8 in shortstr");

    private static AmqpException Truncated() => new(ReplyCode.SyntaxError, "arguments end too soon");
}
