using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>Reads AMQP's primitive types (spec 4.2.5) off one frame's payload.</summary>
/// <remarks>Too few bytes are the peer's error, so no caller checks lengths: every read may throw <see cref="AmqpException"/> 502.</remarks>
/// <param name="payload">What is read.</param>
/// <param name="maxTableDepth">How deep the values of tables may nest.</param>
public ref struct WireReader(ReadOnlySpan<byte> payload, int maxTableDepth = int.MaxValue)
{
    private readonly int _maxTableDepth = maxTableDepth;
    private ReadOnlySpan<byte> _rest = payload;
    private byte _bits;
    private int _bitsUsed = 8; // 8: the next bit starts a new octet

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True when nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>Bits in a row share an octet, lowest first; any other read starts afresh.</summary>
    public bool ReadBit()
    {
        if (_bitsUsed == 8)
            (_bits, _bitsUsed) = (ReadByte(), 0);
        return ((_bits >> _bitsUsed++) & 1) != 0;
    }

    /// <summary>The bytes of a short string, not yet checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> ReadShortStringBytes() => Take(ReadByte());

    /// <exception cref="AmqpException">501, as in RabbitMQ, when it is not UTF-8.</exception>
    public string ReadShortString()
    {
        var bytes = ReadShortStringBytes();
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw MalformedUtf8();
    }

    /// <summary>A short string whose octets need not be UTF-8, as names in tables and the properties of messages; see <see cref="OctetText"/>.</summary>
    public string ReadOctetText() => OctetText.Decode(ReadShortStringBytes());

    /// <summary>A long string: a length of four octets, then so many bytes of anything.</summary>
    public ReadOnlySpan<byte> ReadLongString()
    {
        uint length = ReadUInt32();
        return length <= int.MaxValue ? Take((int)length) : throw Truncated();
    }

    /// <exception cref="AmqpException">502: a field cannot be read, or nests too deep.</exception>
    public FieldTable ReadTable() => FieldTableCodec.Read(ReadLongString(), _maxTableDepth);

    /// <summary>So many raw bytes.</summary>
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
