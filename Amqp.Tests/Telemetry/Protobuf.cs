using System.Buffers.Binary;
using System.Text;

namespace Amqp.Tests.Telemetry;

/// <summary>A decoded protobuf message whose fields are found by number. Supports only the types of fields that OTLP uses.</summary>
internal sealed class Protobuf
{
    private readonly List<(int Number, ulong Value, byte[] Octets)> _fields = [];

    public Protobuf(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            ulong tag = ReadVarint(ref message);
            int number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((number, ReadVarint(ref message), []));
                    break;
                case 1:
                    _fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(message), []));
                    message = message[8..];
                    break;
                case 2:
                    int length = (int)ReadVarint(ref message);
                    _fields.Add((number, 0, message[..length].ToArray()));
                    message = message[length..];
                    break;
                case 5:
                    _fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(message), []));
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"A field of protobuf's wire type {tag & 7}.");
            }
        }
    }

    /// <summary>Returns the messages of a repeated field.</summary>
    public IEnumerable<Protobuf> Messages(int number) =>
        _fields.Where(field => field.Number == number).Select(field => new Protobuf(field.Octets));

    /// <summary>
    /// Returns nested messages: those in field <paramref name="next"/> of each message in field <paramref name="number"/>.
    /// </summary>
    public IEnumerable<Protobuf> Messages(int number, int next) => Messages(number).SelectMany(message => message.Messages(next));

    /// <summary>Returns the value of a string field; empty if the field is absent.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(Octets(number));

    /// <summary>Returns the octets of a field in hexadecimal; empty if the field is absent.</summary>
    public string Hex(int number) => Convert.ToHexStringLower(Octets(number));

    /// <summary>Returns the value of a numeric field of any width; 0 if the field is absent.</summary>
    public long Number(int number) => (long)_fields.LastOrDefault(field => field.Number == number).Value;

    /// <summary>Returns the OTLP attributes in a repeated field: keys and values as text.</summary>
    public Dictionary<string, string> Attributes(int number) =>
        Messages(number).ToDictionary(pair => pair.Text(1), pair => Value(pair.Messages(2).Single()));

    private static string Value(Protobuf value) => value._fields.Single() is { Number: 1 }
        ? value.Text(1)
        : value._fields.Single().Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private byte[] Octets(int number) => _fields.LastOrDefault(field => field.Number == number).Octets ?? [];

    private static ulong ReadVarint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
