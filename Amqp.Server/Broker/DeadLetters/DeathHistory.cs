using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>The headers in which a dead-lettered message carries where and why it died: x-death, and x-first-death-* of the first time.</summary>
/// <remarks>
/// <para>Order and types of the fields are RabbitMQ's, seen on 3.10.8; its tables come out sorted by name. The latest death stands in front,
/// as in RabbitMQ 3.13.</para>
/// <para>A history grows with every queue that a message dies in, and a client may send one of any length and content. So it stays in its
/// encoded form: a death costs a pass over the bytes, and only what is compared is looked into. Used by one thread; the buffers are kept.</para>
/// </remarks>
internal sealed class DeathHistory
{
    private readonly EncodedFieldEditor _editor = new();
    private readonly EarlierDeaths _earlier = new();
    private readonly ArrayBufferWriter<byte> _headers = new();
    private readonly ArrayBufferWriter<byte> _deaths = new(); // the values of the new x-death, one behind the other
    private readonly ArrayBufferWriter<byte> _death = new();

    /// <summary>The fields of the headers that <see cref="Add"/> has made, without their length.</summary>
    public ReadOnlySpan<byte> Headers => _headers.WrittenSpan;

    /// <summary>Makes the headers with one death more.</summary>
    /// <param name="headers">The fields of the message's headers; empty when it has none.</param>
    /// <param name="death">What happened now.</param>
    /// <param name="keepsSenderKeys">False leaves the CC header out.</param>
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

    /// <summary>
    /// Whether a message would go round in circles if it came to a queue: it died there before, and since then no client has
    /// rejected it. Asked of the history that <see cref="Add"/> has made.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
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

    /// <summary>The death of now in front of the earlier ones; one that is the same again is counted, and keeps the rest of what it said.</summary>
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

    /// <summary>An entry that only a client can have made may lack a count: it gets the number of its like, in front.</summary>
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
