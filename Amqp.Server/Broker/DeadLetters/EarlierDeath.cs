using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>
/// Queue, reason and count of an entry of x-death. The values are encoded, with their type tags. An absent value is empty.
/// </summary>
internal readonly ref struct EarlierDeath
{
    private readonly ReadOnlySpan<byte> _count;

    private EarlierDeath(ReadOnlySpan<byte> queue, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> count)
    {
        Queue = queue;
        Reason = reason;
        _count = count;
    }

    public ReadOnlySpan<byte> Queue { get; }

    public ReadOnlySpan<byte> Reason { get; }

    public bool HasCount => !_count.IsEmpty;

    /// <summary>
    /// The count plus one, at most the largest 64-bit integer. 1 if the entry has no count, or the count is not a number.
    /// </summary>
    public long NextCount => _count.IsEmpty ? 1 : (FieldType)_count[0] switch
    {
        FieldType.Int64 or FieldType.Int64Alias =>
            BinaryPrimitives.ReadInt64BigEndian(_count[1..]) is var count and < long.MaxValue ? count + 1 : long.MaxValue,
        FieldType.Int32 => BinaryPrimitives.ReadInt32BigEndian(_count[1..]) + 1L,
        FieldType.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(_count[1..]) + 1L,
        FieldType.Int16 => BinaryPrimitives.ReadInt16BigEndian(_count[1..]) + 1L,
        FieldType.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(_count[1..]) + 1L,
        FieldType.SByte => (sbyte)_count[1] + 1L,
        FieldType.Byte => _count[1] + 1L,
        _ => 1,
    };

    /// <summary>Finds queue, reason and count in an entry of x-death.</summary>
    /// <param name="entry">The encoded table, beginning with its type tag.</param>
    public static EarlierDeath Read(ReadOnlySpan<byte> entry)
    {
        ReadOnlySpan<byte> queue = default, reason = default, count = default;
        var fields = new EncodedFieldReader(EncodedFieldReader.ContentOf(entry));
        while (fields.TryReadField(out var name, out var value))
        {
            if (queue.IsEmpty && name.SequenceEqual("queue"u8))
                queue = value;
            else if (reason.IsEmpty && name.SequenceEqual("reason"u8))
                reason = value;
            else if (count.IsEmpty && name.SequenceEqual("count"u8))
                count = value;
        }
        return new EarlierDeath(queue, reason, count);
    }

    /// <summary>Returns true if the message died in this queue.</summary>
    public bool IsIn(ReadOnlySpan<byte> queue) => IsText(Queue, queue);

    /// <summary>Returns true if the message died for this reason.</summary>
    public bool IsReason(DeathReason reason) => IsText(Reason, reason.Text());

    private static bool IsText(ReadOnlySpan<byte> value, ReadOnlySpan<byte> text) =>
        !value.IsEmpty && value[0] == (byte)FieldType.LongString && EncodedFieldReader.ContentOf(value).SequenceEqual(text);
}
