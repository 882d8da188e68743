using Amqp.Protocol;
using Amqp.Server.Broker.DeadLetters;
using Amqp.Server.Broker.Messages;
using Amqp.Tests.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.DeadLetters;

/// <summary>
/// The broker adds the right headers to dead letters, even if a client has sent headers with the same names and invalid values.
/// </summary>
public sealed class DeathHistoryTests
{
    private static readonly string[] _queues = ["here", "there", "elsewhere"];
    private static readonly string[] _reasons = ["rejected", "expired", "maxlen"];

    /// <summary>
    /// Generates entries of the header x-death: with fields of the right types, with fields of wrong types, and without fields.
    /// </summary>
    private static Gen<FieldValue> Entries { get; } =
        from fields in Gen.Elements(_queues).Select(queue => new KeyValuePair<string, FieldValue>("queue", FieldValue.FromString(queue)))
            .Or(Gen.Elements(_reasons).Select(reason => new KeyValuePair<string, FieldValue>("reason", FieldValue.FromString(reason))))
            .Or(
                from name in Gen.Elements("queue", "reason", "count", "time", "x")
                from value in Generators.FieldValues
                select new KeyValuePair<string, FieldValue>(name, value))
            .Or(
                from count in Gen.Elements(long.MinValue, -1, 0, 1, int.MaxValue, long.MaxValue)
                select new KeyValuePair<string, FieldValue>("count", FieldValue.FromInt64(count)))
            .ArrayOf()
        select FieldValue.FromTable(new FieldTable(fields));

    private static Gen<FieldValue> Histories { get; } = Gen.Frequency(
        (6, Entries.ArrayOf().Select(entries => FieldValue.FromArray(entries))),
        (2, Entries.Or(Generators.FieldValues).ArrayOf().Select(entries => FieldValue.FromArray(entries))),
        (1, Generators.FieldValues));

    [Test]
    public void Whatever_stands_in_the_headers_a_death_more_is_what_the_rules_say()
    {
        Prop.ForAll(
            (from fields in Generators.FieldTables from history in Histories from place in Gen.Choose(0, 2) select (fields, history, place))
                .ToArbitrary(),
            input =>
            {
                FieldTable headers = input.place == 0
                    ? input.fields
                    : new([.. input.fields.Take(input.place), new("x-death", input.history), .. input.fields.Skip(input.place)]);
                var death = new Death(DeathReason.Rejected, "here", 17, "from", ["k", "cc"], null);

                var written = Add(headers, death, out var history);

                var expected = ByTheRules(headers, death);
                foreach (string queue in _queues)
                    // this is no cycle, because a client has rejected the message
                    Assert.That(history.IsCycle(queue), Is.False);
                Assert.That(Encoded.Fields(written), Is.EqualTo(Encoded.Fields(expected)), $"{headers}");
            })
            .QuickCheckThrowOnFailure();
    }

    [TestCase(FieldType.SByte)]
    [TestCase(FieldType.Byte)]
    [TestCase(FieldType.Int16)]
    [TestCase(FieldType.UInt16)]
    [TestCase(FieldType.Int32)]
    [TestCase(FieldType.UInt32)]
    [TestCase(FieldType.Int64)]
    [TestCase(FieldType.Int64Alias)]
    public void A_count_goes_on_from_any_whole_number(FieldType type)
    {
        var entry = FieldTable.Empty.With("queue", FieldValue.FromString("here"))
            .With("reason", FieldValue.FromString("expired"))
            .With("count", FieldValue.FromInteger(type, 3));

        var written = Add(
            FieldTable.Empty.With("x-death", FieldValue.FromArray([FieldValue.FromTable(entry)])),
            new Death(DeathReason.Expired, "here", 17, "", ["k"], null),
            out _);

        Assert.That(written["x-death"]!.Value.AsArray()[0].AsTable()["count"], Is.EqualTo(FieldValue.FromInt64(4)));
    }

    [TestCase("there expired", "there", true)]
    [TestCase("there expired", "elsewhere", false)]
    [TestCase("there rejected", "there", false)]
    [TestCase("elsewhere rejected, there expired", "there", false)]
    [TestCase("elsewhere expired, there rejected", "elsewhere", true)]
    [TestCase("there expired, elsewhere rejected", "there", true)]
    [TestCase("", "here", true)]
    public void It_is_a_circle_where_a_message_died_before_and_was_not_rejected_since(string earlier, string target, bool isCycle)
    {
        FieldValue[] entries =
            [.. earlier.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(entry => FieldValue.FromTable(FieldTable.Empty
                .With("queue", FieldValue.FromString(entry.Split(' ')[0]))
                .With("reason", FieldValue.FromString(entry.Split(' ')[1]))))];

        Add(
            FieldTable.Empty.With("x-death", FieldValue.FromArray(entries)),
            new Death(DeathReason.Expired, "here", 17, "", ["k"], null),
            out var history);

        Assert.That(history.IsCycle(target), Is.EqualTo(isCycle));
    }

    private static FieldTable Add(FieldTable headers, in Death death, out DeathHistory history)
    {
        history = new DeathHistory();
        history.Add(Encoded.Fields(headers), death, keepsSenderKeys: true);
        FieldTableCodec.Validate(history.Headers);
        return FieldTableCodec.Read(history.Headers);
    }

    /// <summary>Computes the expected headers of a dead letter from decoded tables. A simple implementation of RabbitMQ's rules.</summary>
    private static FieldTable ByTheRules(FieldTable headers, Death death)
    {
        var now = FieldTable.Empty
            .With("count", FieldValue.FromInt64(1))
            .With("reason", FieldValue.FromString("rejected"))
            .With("queue", FieldValue.FromString(death.Queue))
            .With("time", FieldValue.FromTimestamp((ulong)death.Time))
            .With("exchange", FieldValue.FromString(death.Exchange))
            .With("routing-keys", FieldValue.FromArray([.. death.RoutingKeys.Select(FieldValue.FromString)]));
        if (headers["x-death"] is not { } before)
            return Sort(Set(Set(Set(Set(headers, "x-first-death-reason", FieldValue.FromString("rejected")),
                "x-first-death-queue", FieldValue.FromString(death.Queue)),
                    "x-first-death-exchange",
                    FieldValue.FromString(death.Exchange)),
                "x-death", FieldValue.FromArray([FieldValue.FromTable(now)])));
        if (before.Type != FieldType.Array)
            return Sort(Set(headers, "x-death", FieldValue.FromArray([FieldValue.FromTable(now)])));
        var entries = before.AsArray().Where(entry => entry.Type == FieldType.Table).Select(entry => entry.AsTable())
            .GroupBy(entry => (entry["queue"], entry["reason"]))
            .Select(same => (Entry: same.First(), Count: same.Count())).ToList();
        int index = entries.FindIndex(entry =>
            Equals(entry.Entry["queue"], FieldValue.FromString(death.Queue))
                && Equals(entry.Entry["reason"], FieldValue.FromString("rejected")));
        if (index >= 0)
        {
            var again = entries[index].Entry;
            entries.RemoveAt(index);
            long count = again["count"] is { IsInteger: true } number
                ? number.AsInteger() is var value and < long.MaxValue ? value + 1 : long.MaxValue
                : 1;
            now = Set(again, "count", FieldValue.FromInt64(count));
        }
        var others = entries.Select(entry =>
            entry.Entry["count"] is null
                ? new FieldTable(entry.Entry.Prepend(new("count", FieldValue.FromInt64(entry.Count))))
                : entry.Entry);
        return Sort(Set(headers, "x-death", FieldValue.FromArray([.. others.Prepend(Sort(now)).Select(FieldValue.FromTable)])));
    }

    /// <summary>Replaces the first field with this name. If there is none, adds the field at the end.</summary>
    private static FieldTable Set(FieldTable table, string name, FieldValue value)
    {
        var fields = table.ToList();
        int index = fields.FindIndex(field => field.Key == name);
        if (index < 0)
            return table.With(name, value);
        fields[index] = new(name, value);
        return new FieldTable(fields);
    }

    private static FieldTable Sort(FieldTable table) => new(table.OrderBy(
        field => System.Text.Encoding.UTF8.GetBytes(field.Key),
        Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right))));
}
