using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Snapshots;

namespace Amqp.Tests.Snapshots;

/// <summary>A window of a list has the rows that it would have if the whole list were sorted.</summary>
public class ListOrderTests
{
    [Test]
    public void A_window_is_a_part_of_the_sorted_list([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var table = new RandomTable(random);
        string[] fields = [.. new[] { "text", "number", "rate", "flag" }.Where(_ => random.Next(2) == 0)];
        (string Field, bool IsDescending)[] keys = [.. fields.Select(field => (field, random.Next(2) == 0))];
        var order = new ListOrder(string.Join(',', keys.Select(key => (key.IsDescending ? "-" : "") + key.Field)));
        int[] rows = [.. Enumerable.Range(0, table.Count).Where(_ => random.Next(4) > 0)];
        int[] sorted = [.. rows];
        Array.Sort(sorted, (one, other) => table.Compare(keys, one, other));

        for (int i = 0; i < 20; i++)
        {
            var (offset, limit) = (random.Next(table.Count + 5), random.Next(1, 60));
            Assert.That(
                order.Window(table, rows.ToArray(), offset, limit).ToArray(), Is.EqualTo(sorted.Skip(offset).Take(limit)),
                $"{offset}, {limit}");
        }
    }

    [Test]
    public void A_long_list_with_equal_fields_is_not_slow()
    {
        var table = new RandomTable(new Random(1), rows: 100_000, isFlat: true);
        int[] rows = [.. Enumerable.Range(0, table.Count)];

        var window = new ListOrder("-number,text").Window(table, rows, 50_000, 40).ToArray();

        Assert.That(window, Is.EqualTo(Enumerable.Range(50_000, 40)));
    }

    [TestCase("nothere")]
    [TestCase("features")]
    [TestCase("-")]
    [TestCase("number,,nothere")]
    [TestCase("a,b,c,d,e,f,g,h,i")]
    public void A_field_by_which_rows_cannot_be_sorted_is_refused(string sort) => Assert.That(
        () => new ListOrder(sort).Window(new RandomTable(new Random(1)), new int[] { 0 }, 0, 1).ToArray(),
        Throws.InstanceOf<ApiException>().With.Message.StartsWith("sort: "));

    private sealed class RandomTable : SnapshotTable
    {
        private readonly TextColumn _text = new("text");
        private readonly NumberColumn _number = new("number");
        private readonly RateColumn _rate = new("rate");
        private readonly FlagColumn _flag = new("flag");

        public RandomTable(Random random, int rows = 200, bool isFlat = false)
        {
            Columns = [_text, _number, _rate, _flag, new FeatureColumn("features")];
            Count = rows;
            foreach (var column in Columns)
                column.Reserve(rows);
            for (int row = 0; row < rows && !isFlat; row++)
            {
                _text[row] = random.Next(4) == 0 ? null : $"t{random.Next(10)}";
                _number[row] = random.Next(4) == 0 ? NumberColumn.Unknown : random.Next(10);
                (_rate[row], _flag[row]) = (random.Next(10) / 10.0, random.Next(2) == 0);
            }
        }

        public int Compare((string Field, bool IsDescending)[] keys, int one, int other)
        {
            foreach (var (field, isDescending) in keys)
            {
                var (left, right) = (Value(field, one), Value(field, other));
                int order = (left, right) switch
                {
                    (null, null) => 0,
                    (null, _) => 1,
                    (_, null) => -1,
                    (string text, string next) => string.CompareOrdinal(text, next) * (isDescending ? -1 : 1),
                    _ => left.CompareTo(right) * (isDescending ? -1 : 1),
                };
                if (order != 0)
                    return order;
            }
            return one.CompareTo(other);
        }

        public override void Fill() => throw new NotSupportedException();

        public override VirtualHost HostOf(int row) => throw new NotSupportedException();

        private IComparable? Value(string field, int row) => field switch
        {
            "text" => _text[row],
            "number" => _number[row] == NumberColumn.Unknown ? null : _number[row],
            "rate" => _rate[row],
            _ => _flag[row],
        };
    }
}
