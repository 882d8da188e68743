using Amqp.Protocol;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>The headers in which a dead-lettered message carries where and why it died: x-death, and x-first-death-* of the first time.</summary>
/// <remarks>Order and types of the fields are RabbitMQ's, seen on 3.10.8; its tables come out sorted by name.</remarks>
internal static class DeathHistory
{
    private const string History = "x-death";

    /// <summary>The headers with one death more.</summary>
    /// <param name="headers">Those of the message; empty when it has none.</param>
    /// <param name="death">What happened now.</param>
    public static FieldTable Add(FieldTable headers, in Death death)
    {
        if (headers[History] is not { Type: FieldType.Array } before)
        {
            var first = headers;
            if (headers[History] is null)
                first = With(With(With(headers, "x-first-death-reason", death.Reason.Name()), "x-first-death-queue", death.Queue), "x-first-death-exchange", death.Exchange);
            return With(first, History, FieldValue.FromArray([FieldValue.FromTable(Counted(Describe(death), 1))]));
        }
        var others = Merge(before.AsArray());
        int same = IndexOf(others, death);
        var entry = Counted(Describe(death), 1);
        if (same >= 0)
        {
            entry = Counted(others[same], CountOf(others[same]) + 1);
            others.RemoveAt(same);
        }
        return With(headers, History, FieldValue.FromArray([.. others.Prepend(SortedHeaders.Sort(entry)).Select(FieldValue.FromTable)]));
    }

    /// <summary>
    /// Whether a message would go round in circles if it came to a queue: it died there before, and since then no client has
    /// rejected it.
    /// </summary>
    /// <param name="headers">Those of the message, with the death that sends it.</param>
    /// <param name="queue">The name of the queue.</param>
    public static bool IsCycle(FieldTable headers, string queue)
    {
        if (headers[History] is not { Type: FieldType.Array } deaths)
            return false;
        foreach (var entry in deaths.AsArray())
        {
            if (entry.Type != FieldType.Table)
                continue;
            if (IsText(entry.AsTable()["reason"], DeathReason.Rejected.Name()))
                return false;
            if (IsText(entry.AsTable()["queue"], queue))
                return true;
        }
        return false;
    }

    private static FieldTable Describe(in Death death)
    {
        var table = FieldTable.Empty
            .With("reason", FieldValue.FromString(death.Reason.Name()))
            .With("queue", FieldValue.FromString(death.Queue))
            .With("time", FieldValue.FromTimestamp((ulong)death.Time))
            .With("exchange", FieldValue.FromString(death.Exchange))
            .With("routing-keys", FieldValue.FromArray([.. death.RoutingKeys.Select(FieldValue.FromString)]));
        return death.Expiration is { } expiration ? table.With("original-expiration", FieldValue.FromString(expiration)) : table;
    }

    /// <summary>One entry of each queue and reason, though a client may have sent several, each with a count.</summary>
    private static List<FieldTable> Merge(IReadOnlyList<FieldValue> entries)
    {
        var tables = entries.Where(entry => entry.Type == FieldType.Table).Select(entry => entry.AsTable());
        return [.. tables
            .GroupBy(table => (table["queue"], table["reason"]))
            .Select(same => CountOf(same.First()) > 0 ? same.First() : Counted(same.First(), same.Count()))];
    }

    private static int IndexOf(List<FieldTable> entries, Death death) =>
        entries.FindIndex(entry => IsText(entry["queue"], death.Queue) && IsText(entry["reason"], death.Reason.Name()));

    private static bool IsText(FieldValue? value, string text) => value is { Type: FieldType.LongString } given && given.AsString() == text;

    private static long CountOf(FieldTable entry) => entry["count"] is { IsInteger: true } count ? count.AsInteger() : 0;

    /// <summary>The entry with this count, in the place of the one before, else in front.</summary>
    private static FieldTable Counted(FieldTable entry, long count)
    {
        KeyValuePair<string, FieldValue> field = new("count", FieldValue.FromInt64(count));
        return new FieldTable(entry["count"] is null ? entry.Prepend(field) : entry.Select(given => given.Key == "count" ? field : given));
    }

    private static FieldTable With(FieldTable table, string name, string value) => With(table, name, FieldValue.FromString(value));

    private static FieldTable With(FieldTable table, string name, FieldValue value) =>
        SortedHeaders.With(table, name, value);
}

/// <summary>One death of a message.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Queue">Where.</param>
/// <param name="Time">When, in seconds since 1970-01-01 UTC.</param>
/// <param name="Exchange">What it had been published to.</param>
/// <param name="RoutingKeys">With which keys: its own, then those of its CC header.</param>
/// <param name="Expiration">The expiration that its publisher gave it, if any.</param>
internal readonly record struct Death(DeathReason Reason, string Queue, long Time, string Exchange, IReadOnlyList<string> RoutingKeys, string? Expiration);
