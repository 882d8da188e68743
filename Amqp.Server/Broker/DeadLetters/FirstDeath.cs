using Amqp.Protocol;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>The first death of a message, as its headers tell it: the queue in which it died, and its way to this queue.</summary>
/// <remarks>The values are octets of the headers. Clients can write these headers, so the values may be of any length.</remarks>
internal readonly ref struct FirstDeath
{
    private FirstDeath(ReadOnlySpan<byte> queue, ReadOnlySpan<byte> exchange, ReadOnlySpan<byte> routingKey)
    {
        Queue = queue;
        Exchange = exchange;
        RoutingKey = routingKey;
    }

    public ReadOnlySpan<byte> Queue { get; }

    /// <summary>The exchange to which the message was published before it died.</summary>
    public ReadOnlySpan<byte> Exchange { get; }

    /// <summary>The routing key before the death, without the keys of the headers CC and BCC.</summary>
    public ReadOnlySpan<byte> RoutingKey { get; }

    /// <summary>
    /// Finds the first death: the oldest entry of x-death for the queue in x-first-death-queue. Without this header, the oldest entry.
    /// </summary>
    /// <param name="headers">The encoded headers, without the length of the table.</param>
    /// <param name="death">The first death.</param>
    /// <returns>False if there is no x-death, or if it has no complete entry.</returns>
    public static bool TryFind(ReadOnlySpan<byte> headers, out FirstDeath death)
    {
        death = default;
        if (!EncodedFieldTable.TryFind(headers, "x-death"u8, out var deaths) || deaths[0] != (byte)FieldType.Array)
            return false;
        bool isNamed = EncodedFieldTable.TryFind(headers, "x-first-death-queue"u8, out var queue) && IsText(queue);
        bool isFound = false;
        var entries = new EncodedFieldReader(EncodedFieldReader.ContentOf(deaths));
        while (entries.TryReadValue(out var entry))
        {
            // later entries are older deaths, so the last match is the first death
            if (!TryRead(entry, out var read) || (isNamed && !read.Queue.SequenceEqual(EncodedFieldReader.ContentOf(queue))))
                continue;
            death = read;
            isFound = true;
        }
        return isFound;
    }

    private static bool TryRead(ReadOnlySpan<byte> entry, out FirstDeath death)
    {
        death = default;
        if (entry[0] != (byte)FieldType.Table)
            return false;
        var fields = EncodedFieldReader.ContentOf(entry);
        if (!TryReadText(fields, "queue"u8, out var queue) || !TryReadText(fields, "exchange"u8, out var exchange))
            return false;
        if (!EncodedFieldTable.TryFind(fields, "routing-keys"u8, out var keys) || keys[0] != (byte)FieldType.Array)
            return false;
        var reader = new EncodedFieldReader(EncodedFieldReader.ContentOf(keys));
        if (!reader.TryReadValue(out var key) || !IsText(key))
            return false;
        death = new FirstDeath(queue, exchange, EncodedFieldReader.ContentOf(key));
        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        bool isThere = EncodedFieldTable.TryFind(fields, name, out var value) && IsText(value);
        text = isThere ? EncodedFieldReader.ContentOf(value) : default;
        return isThere;
    }

    private static bool IsText(ReadOnlySpan<byte> value) => value[0] == (byte)FieldType.LongString;
}
