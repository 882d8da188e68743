using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Writes the headers about the deaths of a message: x-death for all deaths, and x-first-death-* for the first.</summary>
/// <remarks>
/// Fields have the order and types of RabbitMQ 3.10.8. The latest death is the first entry, as in RabbitMQ 3.13.
/// <para>The history is not decoded, because clients may send a history of any length. Used by one thread only.</para>
/// </remarks>
internal sealed class DeathHistory
{
    private readonly EncodedFieldEditor _editor = new();
    private readonly EarlierDeaths _earlier = new();
    private readonly ArrayBufferWriter<byte> _headers = new();
    private readonly ArrayBufferWriter<byte> _deaths = new(); // entries of the new x-death header, each encoded as a table
    private readonly ArrayBufferWriter<byte> _death = new();

    /// <summary>The headers that <see cref="Add"/> wrote: the encoded fields, without the length of the table.</summary>
    public ReadOnlySpan<byte> Headers => _headers.WrittenSpan;

    /// <summary>Adds a death to the history, and writes the new headers.</summary>
    /// <param name="headers">The encoded headers of the message, without the table's length.</param>
    /// <param name="death">The new death.</param>
    /// <param name="keepsSenderKeys">True to keep the CC header.</param>
    public void Add(ReadOnlySpan<byte> headers, in Death death, bool keepsSenderKeys)
    {
        _deaths.ResetWrittenCount();
        bool isFirst = !EncodedFieldTable.TryFind(headers, "x-death"u8, out var before);
        if (!isFirst && before[0] == (byte)FieldType.Array)
        {
            _earlier.Read(EncodedFieldReader.ContentOf(before));
            AddInFront(death);
        }
        else
        {
            WriteNew(death, isSorted: false);
        }
        _editor.Read(headers);
        if (isFirst)
        {
            _editor.Set("x-first-death-reason"u8, FieldType.LongString, death.Reason.Text());
            _editor.Set("x-first-death-queue"u8, FieldType.LongString, OctetText.Encode(death.Queue));
            _editor.Set("x-first-death-exchange"u8, FieldType.LongString, OctetText.Encode(death.Exchange));
        }
        if (!keepsSenderKeys)
            _editor.Remove("CC"u8);
        _editor.Set("x-death"u8, FieldType.Array, _deaths.WrittenSpan);
        _editor.Sort();
        _headers.ResetWrittenCount();
        _editor.WriteTo(_headers);
    }

    /// <summary>Returns true if the message died in this queue before, and no client has rejected the message since.</summary>
    /// <param name="queue">Queue that the message is routed to.</param>
    public bool IsCycle(string queue)
    {
        if (OctetText.Count(queue) is var length && length > ShortString.MaxLength)
            return false;
        Span<byte> name = stackalloc byte[ShortString.MaxLength];
        OctetText.Encode(queue, name);
        var deaths = new EncodedFieldReader(_deaths.WrittenSpan);
        while (deaths.TryReadValue(out var value))
        {
            var death = EarlierDeath.Read(value);
            if (death.IsReason(DeathReason.Rejected))
                return false;
            if (death.IsIn(name[..length]))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Writes the entries of x-death, with the new death first. If an earlier entry has the same queue and reason, that entry moves to the
    /// front, and its count is increased.
    /// </summary>
    private void AddInFront(in Death death)
    {
        byte[] queue = OctetText.Encode(death.Queue);
        int same = _earlier.IndexOf(queue, death.Reason);
        if (same < 0)
        {
            WriteNew(death, isSorted: true);
        }
        else
        {
            _editor.Read(EncodedFieldReader.ContentOf(_earlier[same]));
            _editor.Set("count"u8, FieldType.Int64, EarlierDeath.Read(_earlier[same]).NextCount);
            WriteEdited(isSorted: true);
        }
        for (int i = 0; i < _earlier.Count; i++)
            if (i != same)
                WriteEarlier(_earlier[i], _earlier.Occurrences(i));
    }

    private void WriteNew(in Death death, bool isSorted)
    {
        _death.ResetWrittenCount();
        var keys = new WireWriter(_death);
        foreach (string key in death.RoutingKeys)
        {
            keys.WriteByte((byte)FieldType.LongString);
            keys.WriteLongString(key);
        }
        _editor.Read([]);
        _editor.Set("count"u8, FieldType.Int64, 1);
        _editor.Set("reason"u8, FieldType.LongString, death.Reason.Text());
        _editor.Set("queue"u8, FieldType.LongString, OctetText.Encode(death.Queue));
        _editor.Set("time"u8, FieldType.Timestamp, death.Time);
        _editor.Set("exchange"u8, FieldType.LongString, OctetText.Encode(death.Exchange));
        _editor.Set("routing-keys"u8, FieldType.Array, _death.WrittenSpan);
        if (death.Expiration is { } expiration)
            _editor.Set("original-expiration"u8, FieldType.LongString, OctetText.Encode(expiration));
        WriteEdited(isSorted);
    }

    private void WriteEdited(bool isSorted)
    {
        if (isSorted)
            _editor.Sort();
        _death.ResetWrittenCount();
        _editor.WriteTo(_death);
        WriteTag(_death.WrittenCount);
        _deaths.Write(_death.WrittenSpan);
    }

    /// <summary>Writes the entry of an earlier death. Adds <paramref name="occurrences"/> as the count if the entry has no count.</summary>
    private void WriteEarlier(ReadOnlySpan<byte> entry, int occurrences)
    {
        if (EarlierDeath.Read(entry).HasCount)
        {
            _deaths.Write(entry);
            return;
        }
        Span<byte> count = [5, (byte)'c', (byte)'o', (byte)'u', (byte)'n', (byte)'t', (byte)FieldType.Int64, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(count[^sizeof(long)..], occurrences);
        var fields = EncodedFieldReader.ContentOf(entry);
        WriteTag(count.Length + fields.Length);
        _deaths.Write(count);
        _deaths.Write(fields);
    }

    private void WriteTag(int length)
    {
        var writer = new WireWriter(_deaths);
        writer.WriteByte((byte)FieldType.Table);
        writer.WriteUInt32((uint)length);
    }
}
