using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The broker stores definitions in the catalog with the right keys and values, and restores them from the catalog.</summary>
public sealed class DefinitionStoreTests
{
    // The store reserves this many queue numbers at a time in the catalog.
    private const uint Reserved = 256;

    private readonly List<Exception> _refusals = []; // exceptions that the next changes of the catalog throw, in order
    private MemoryCatalog _catalog = null!;
    private RefusingCatalog _refusing = null!;

    [SetUp]
    public void Create()
    {
        _catalog = new MemoryCatalog();
        _refusals.Clear();
        _refusing = new RefusingCatalog(_catalog, _refusals);
    }

    [Test]
    public void No_number_is_given_twice_however_many_are_asked_for_at_a_time_and_over_restarts()
    {
        var given = new HashSet<uint>();
        for (int restart = 0; restart < 3; restart++)
        {
            var store = new DefinitionStore(_catalog);
            for (int i = 0; i < 100; i++)
            {
                int count = 1 + 7 * i % 11;
                uint first = store.Numbers.Take(durable: true, count);
                for (uint number = first; number < first + count; number++)
                    Assert.That(given.Add(number), Is.True, $"{number}, restart {restart}");
            }
        }
        Assert.That(given, Does.Not.Contain(0u));
    }

    [Test]
    public void A_run_of_numbers_that_ends_where_the_reserved_ones_do_is_given_without_reserving_more()
    {
        var store = new DefinitionStore(_refusing);
        Assert.That(store.Numbers.Take(durable: true, 1), Is.EqualTo(1));
        _refusals.Add(new StoreFullException("no room"));

        Assert.That(store.Numbers.Take(durable: true, (int)Reserved), Is.EqualTo(2));
        Assert.That(() => store.Numbers.Take(durable: true, 1), Throws.TypeOf<StoreFullException>());

        Assert.That(store.Numbers.Take(durable: true, 1), Is.EqualTo(2 + Reserved), "numbers whose reservation failed were not used");
        Assert.That(new DefinitionStore(_catalog).Numbers.Take(durable: true, 1), Is.GreaterThan(2 + Reserved));
    }

    [TestCase(0u, 1u)]
    [TestCase(1u, 2u)]
    [TestCase(5_000u, 5_001u)]
    public void Numbers_that_the_log_speaks_of_are_taken_though_the_catalog_does_not_know(uint highest, uint first)
    {
        var store = new DefinitionStore(_catalog);
        store.Numbers.Skip(highest);

        Assert.That(store.Numbers.Take(durable: true, 3), Is.EqualTo(first));
        Assert.That(store.Numbers.Take(durable: true, 1), Is.EqualTo(first + 3));
        Assert.That(new DefinitionStore(_catalog).Numbers.Take(durable: true, 1), Is.GreaterThan(first + 3));
    }

    [Test]
    public void Numbers_of_queues_that_outlive_no_restart_are_none_of_the_others_and_not_in_the_catalog()
    {
        var store = new DefinitionStore(_catalog);
        uint first = store.Numbers.Take(durable: false, 5);

        Assert.That(store.Numbers.Take(durable: false, 1), Is.EqualTo(first + 5));
        Assert.That(first, Is.GreaterThanOrEqualTo(0x8000_0000));
        Assert.That(_catalog.Entries, Is.Empty);
    }

    [TestCase("a/b", "a", "b")]
    [TestCase("a%2Fb", "a/b", "a%b")]
    [TestCase("", " ", "%")]
    [TestCase("é", "e", "\u0001")]
    public void Names_come_back_from_their_keys_whatever_is_in_them(string one, string two, string three)
    {
        string[] keys =
        [
            DefinitionKey.OfQueue(one, two), DefinitionKey.OfQueue(two, one), DefinitionKey.OfExchange(one, two),
            DefinitionKey.OfPermission(one, two),
            DefinitionKey.OfPolicy(one, PolicyKind.User, two), DefinitionKey.OfPolicy(one, PolicyKind.Operator, two),
        ];
        Assert.That(keys, Is.Unique);
        Assert.That(
            keys.Select(DefinitionKey.Names),
            Is.EqualTo(new string[][] { [one, two], [two, one], [one, two], [one, two], [one, two], [one, two] }));
        Assert.That(DefinitionKey.Names(DefinitionKey.OfTopicPermission(one, two, three)), Is.EqualTo(new[] { one, two, three }));
        Assert.That(DefinitionKey.Names(DefinitionKey.OfParameter(one, two, three)), Is.EqualTo(new[] { one, two, three }));
    }

    [Test]
    public async Task Bindings_that_differ_in_anything_are_kept_each_by_itself()
    {
        await using var broker = new BareBroker();
        var table = FieldTable.Empty.With("a", FieldValue.FromInt64(1));
        Queue queue = broker.Declare("same", QueueFlags.Durable);
        var exchanges = new[] { "same", "other" }
            .Select(name => broker.Host.Topology.DeclareExchange(name, "topic", ExchangeFlags.Durable, FieldTable.Empty))
            .ToArray();
        string[] keys =
        [
            new Binding(exchanges[1], queue, "k", FieldTable.Empty).KeyIn("/"),
            new Binding(exchanges[1], queue, "k", FieldTable.Empty).KeyIn("v"),
            new Binding(exchanges[0], queue, "k", FieldTable.Empty).KeyIn("/"),
            new Binding(exchanges[1], exchanges[0], "k", FieldTable.Empty).KeyIn("/"),
            new Binding(exchanges[1], queue, "k2", FieldTable.Empty).KeyIn("/"),
            new Binding(exchanges[1], queue, "k", table).KeyIn("/"),
            new Binding(exchanges[1], queue, "k", FieldTable.Empty.With("a", FieldValue.FromInt64(2))).KeyIn("/"),
            new Binding(exchanges[1], queue, "k", FieldTable.Empty.With("b", FieldValue.FromInt64(1))).KeyIn("/"),
        ];
        Assert.That(keys, Is.Unique);

        broker.Host.Topology.Bind("other", queue, "k", FieldTable.Empty, broker.Round);
        broker.Host.Topology.Bind("other", queue, "k", table, broker.Round);
        broker.Host.Topology.Unbind("other", queue, "k", FieldTable.Empty);

        string[] kept = [.. broker.Broker.Catalog.Entries.Select(entry => entry.Key).Where(key =>
            key.StartsWith(DefinitionKey.Bindings, StringComparison.Ordinal) && key.Contains("other", StringComparison.Ordinal))];
        Assert.That(kept, Is.EqualTo(new[] { keys[5] }), "only the binding with arguments is left");
    }

    [Test]
    public void The_numbers_of_all_places_of_a_queue_are_known_and_no_others()
    {
        var priorities = FieldTable.Empty.With("x-max-priority", FieldValue.FromInt64(2));
        Put(DefinitionKey.OfQueue("/", "plain"), (byte)QueueFlags.Durable, 4, FieldTable.Empty);
        Put(DefinitionKey.OfQueue("/", "levels"), (byte)QueueFlags.Durable, 10, priorities);
        Put(DefinitionKey.OfExchange("/", "keeps"), (byte)ExchangeFlags.Durable, 20, FieldTable.Empty);
        Put(DefinitionKey.OfExchange("/", "keeps nothing"), (byte)ExchangeFlags.Durable, 0, FieldTable.Empty);

        Assert.That(new TopologyStore(new DefinitionStore(_catalog)).QueueNumbers(), Is.EquivalentTo(new uint[] { 4, 10, 11, 12, 20 }));
    }

    [Test]
    public void What_cannot_be_kept_is_not_seen_and_what_cannot_be_removed_stays()
    {
        var table = new DefinitionTable<string, string>(_refusing, key => key, value => System.Text.Encoding.UTF8.GetBytes(value));
        table.Put("a", "1");
        _refusals.AddRange([new StoreFullException("no room"), new StoreFullException("no room"), new StoreFailedException("gone")]);

        Assert.That(() => table.Put("a", "2"), Throws.TypeOf<StoreFullException>());
        Assert.That(() => table.Put("b", "2"), Throws.TypeOf<StoreFullException>());
        Assert.That(() => table.Remove("a"), Throws.TypeOf<StoreFailedException>());

        Assert.That((table.Find("a"), table.Find("b"), table.All.Count(), table.IsEmpty), Is.EqualTo(("1", (string?)null, 1, false)));
        Assert.That((table.Remove("b"), table.Remove("a"), table.Remove("a"), table.IsEmpty), Is.EqualTo((false, true, false, true)));
        Assert.That(_catalog.Entries, Is.Empty);
    }

    [Test]
    public void A_parameter_that_cannot_be_kept_is_not_seen_and_one_that_cannot_be_removed_stays([Values] bool isGlobal)
    {
        var heard = new List<string>();
        var definitions = new DefinitionStore(_refusing);
        var globals = new NamedValues(definitions, DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        globals.Changed += (name, value) => heard.Add($"{name} {value}");
        var parameters = new RuntimeParameters(definitions);
        parameters.Add(new ParameterComponent("c", (_, _) => { }, (_, name, value) => heard.Add($"{name} {value}")));
        Put("a", 1);
        _refusals.AddRange([new StoreFullException("no room"), new StoreFullException("no room"), new StoreFailedException("gone")]);

        Assert.That(() => Put("a", 2), Throws.TypeOf<StoreFullException>());
        Assert.That(() => Put("b", 2), Throws.TypeOf<StoreFullException>());
        Assert.That(() => Remove("a"), Throws.TypeOf<StoreFailedException>());

        Assert.That(($"{Find("a")}", Find("b")), Is.EqualTo(("1", (FieldValue?)null)));
        Assert.That((Remove("b"), Remove("a"), Remove("a")), Is.EqualTo((false, true, false)));
        Assert.That(heard, Is.EqualTo(new[] { "a 1", "a " }));
        Assert.That(_catalog.Entries, Is.Empty);

        void Put(string name, int value) =>
            _ = isGlobal ? globals.Put(name, FieldValue.FromInt32(value)) : parameters.Put("c", "/", name, FieldValue.FromInt32(value));
        bool Remove(string name) => isGlobal ? globals.Remove(name) : parameters.Remove("c", "/", name);
        FieldValue? Find(string name) => isGlobal ? globals.Find(name) : parameters.Find("c", "/", name);
    }

    [Test]
    public void What_was_written_of_a_quarantined_message_is_given_back_once_and_what_is_missing_is_forgotten()
    {
        MessagePlace first = new(0xAB, 0x1234_5678_9ABC), second = new(1, 2), third = new(2, 1);
        var before = new QuarantineRecords(_catalog);
        before.Save(first, new QuarantineRecord(1_700_000_000_123, "what was thrown"));
        before.Save(second, new QuarantineRecord(5, "another"));
        before.Save(third, new QuarantineRecord(6, "a third"));

        var records = new QuarantineRecords(_catalog);
        Assert.That(records.Restored, Is.EquivalentTo(new[] { first, second, third }));
        records.Forget([second]);
        Assert.That(records.Restored, Is.EquivalentTo(new[] { first, third }));
        Assert.That(records.Restore(first), Is.EqualTo(new QuarantineRecord(1_700_000_000_123, "what was thrown")));
        Assert.That(records.Restore(first), Is.EqualTo(default(QuarantineRecord)));
        Assert.That(records.Restore(second), Is.EqualTo(default(QuarantineRecord)));

        Assert.That(
            new QuarantineRecords(_catalog).Restored, Is.EquivalentTo(new[] { first, third }), "records stay until they are forgotten");
    }

    private void Put(string key, byte flags, uint number, FieldTable arguments)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteByte(1);
        writer.WriteByte(flags);
        writer.WriteUInt32(number);
        writer.WriteShortString("");
        writer.WriteTable(arguments);
        _catalog.Put(key, output.WrittenSpan);
    }

    /// <summary>A catalog in which each change throws the next exception of a list. When the list is empty, changes succeed.</summary>
    private sealed class RefusingCatalog(ICatalog catalog, List<Exception> refusals) : ICatalog
    {
        public IReadOnlyList<KeyValuePair<string, byte[]>> Entries => catalog.Entries;

        public void Put(string key, ReadOnlySpan<byte> value)
        {
            Refuse();
            catalog.Put(key, value);
        }

        public void Remove(string key)
        {
            Refuse();
            catalog.Remove(key);
        }

        private void Refuse()
        {
            if (refusals.Count == 0)
                return;
            Exception refusal = refusals[0];
            refusals.RemoveAt(0);
            throw refusal;
        }
    }
}
