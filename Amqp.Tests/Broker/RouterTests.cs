using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// Exchanges route messages by their bindings. Adding or removing a binding does not change the routing to other destinations.
/// </summary>
public sealed class RouterTests
{
    private const int Queues = 5;
    private const int Rounds = 1_000;

    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new BareBroker();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    [TestCase("direct")]
    [TestCase("fanout")]
    [TestCase("headers")]
    public void Bindings_that_come_and_go_leave_the_others_as_they_were(string type)
    {
        var (router, exchange) = New(type);
        Queue[] queues = Declare();
        string[] keys = ["a", "b"];
        int seed = TestRounds.Seed;
        var random = new Random(seed);
        var bound = new HashSet<Binding>();
        for (int round = 0; round < Rounds; round++)
        {
            string own = random.GetItems(keys, 1)[0];
            var binding = new Binding(
                exchange, random.GetItems(queues, 1)[0], own, FieldTable.Empty.With("key", FieldValue.FromString(own)));
            if (bound.Remove(binding))
                router.Remove(binding);
            else if (bound.Add(binding))
                router.Add(binding);

            foreach (string key in keys)
            {
                var expected = bound.Where(each => type == "fanout" || each.RoutingKey == key)
                    .Select(each => each.Destination.Name)
                    .Distinct();
                Assert.That(Route(router, key), Is.EquivalentTo(expected), $"'{key}' in round {round} of seed {seed}");
            }
        }
    }

    /// <summary>
    /// While a topic exchange matches a routing key against a pattern with '#', it keeps state. It must not use this state for the next
    /// key.
    /// </summary>
    [Test]
    public void Each_key_of_a_message_is_held_against_the_whole_pattern()
    {
        var (router, exchange) = New("topic");
        router.Add(new Binding(exchange, Declare()[0], "#.a.#.b", FieldTable.Empty));
        var route = new RouteFinder(_broker.Host.Routing);

        router.Route(new RoutedMessage("a.c.c", default) { FurtherKeys = new[] { "a.d.d", "a.c.b" } }, route);

        Assert.That(route.ToRoute().Queues.Select(queue => queue.Name), Is.EqualTo(["q0"]));
    }

    [TestCase("x-random")]
    [TestCase("x-modulus-hash")]
    [TestCase("x-consistent-hash")]
    public void One_of_those_that_are_bound_is_chosen_and_no_other(string type)
    {
        var (router, exchange) = New(type);
        var chooser = (ChoosingRouter)router;
        Queue[] queues = Declare();
        int seed = TestRounds.Seed;
        var random = new Random(seed);
        var bound = new List<Binding>();
        for (int round = 0; round < Rounds; round++)
        {
            var binding = new Binding(exchange, random.GetItems(queues, 1)[0], $"{random.Next(1, 3)}", FieldTable.Empty);
            if (bound.Find(each => each.Equals(binding)) is { } old)
            {
                bound.Remove(old);
                router.Remove(old);
            }
            else
            {
                bound.Add(binding);
                router.Add(binding);
            }

            var chosen = Enumerable.Range(0, 10)
                .Select(number => chooser.Choose(Encoding.UTF8.GetBytes($"key {round} {number}"), default, default)?.Destination)
                .ToList();
            if (bound.Count == 0)
                Assert.That(chosen, Has.All.Null);
            else
                Assert.That(chosen.Distinct(), Is.SubsetOf(bound.Select(each => each.Destination)), $"round {round} of seed {seed}");
        }
    }

    /// <summary>
    /// After a restart, an exchange has its bindings in another order, but chooses the same binding for each routing key.
    /// </summary>
    [Test]
    public void A_modulus_hash_chooses_alike_in_whatever_order_its_bindings_came()
    {
        var (one, other) = (New("x-modulus-hash"), New("x-modulus-hash"));
        Queue[] queues = Declare();
        foreach (var queue in queues)
            one.Router.Add(new Binding(one.Exchange, queue, "", FieldTable.Empty));
        foreach (var queue in queues.Reverse())
            other.Router.Add(new Binding(other.Exchange, queue, "", FieldTable.Empty));
        var gone = new Binding(other.Exchange, _broker.Declare("between q1 and q2"), "", FieldTable.Empty);
        other.Router.Add(gone);
        other.Router.Remove(gone);

        Assert.That(ChooseAll(one.Router), Is.EqualTo(ChooseAll(other.Router)));
    }

    /// <summary>
    /// Every version of the broker must choose the same queue for a key. An update must not spread the messages of a key over two queues.
    /// </summary>
    [Test]
    public void A_long_key_goes_the_same_way_in_every_run()
    {
        var (router, exchange) = New("x-modulus-hash");
        foreach (var queue in Declare())
            router.Add(new Binding(exchange, queue, "", FieldTable.Empty));

        Assert.That(string.Concat(ChooseAll(router).Take(20).Select(name => name[^1])), Is.EqualTo("43330330343120032402"));
    }

    [TestCase("1", "2", 2)]
    [TestCase("2", "1", 1)]
    public void A_destination_has_the_weight_of_the_first_of_its_bindings_that_is_left(string first, string second, int left)
    {
        var (router, exchange) = New("x-consistent-hash");
        var (like, likeExchange) = New("x-consistent-hash");
        Queue[] queues = Declare();
        var bindings = new[] { first, second }.Select(weight => new Binding(exchange, queues[0], weight, FieldTable.Empty)).ToArray();
        foreach (var binding in bindings)
            router.Add(binding);
        router.Add(new Binding(exchange, queues[1], "1", FieldTable.Empty));
        like.Add(new Binding(likeExchange, queues[1], "1", FieldTable.Empty));
        like.Add(new Binding(likeExchange, queues[0], $"{left}", FieldTable.Empty));

        router.Remove(bindings[0]);

        Assert.That(ChooseAll(router), Is.EqualTo(ChooseAll(like)));
    }

    /// <summary>
    /// A queue and an exchange with the same name are bound to an exchange that chooses by a hash. Both must get messages.
    /// </summary>
    [Test]
    public void A_queue_and_an_exchange_of_one_name_have_each_their_share()
    {
        var (router, exchange) = New("x-consistent-hash");
        router.Add(new Binding(exchange, _broker.Declare("same"), "1", FieldTable.Empty));
        router.Add(new Binding(
            exchange,
            _broker.Host.Topology.DeclareExchange("same", "fanout", ExchangeFlags.None, FieldTable.Empty),
            "1",
            FieldTable.Empty));

        var chosen = Enumerable.Range(0, 500)
            .Select(number => ((ChoosingRouter)router).Choose(Encoding.UTF8.GetBytes($"key {number}"), default, default)!.Destination);

        Assert.That(chosen.Count(destination => destination is Queue), Is.InRange(150, 350));
    }

    [TestCase("hash-header")]
    [TestCase("hash-property")]
    public void What_is_hashed_is_named_by_a_text(string argument) =>
        Assert.That(
            () => Routers.Create(
                new ExchangeDeclaration("x", "v", "x-consistent-hash", FieldTable.Empty.With(argument, FieldValue.FromInt32(1)))),
            Throws.TypeOf<BrokerException>()
                .With.Message.EqualTo($"invalid type 'signedint' for arg '{argument}' in exchange 'x' in vhost 'v'"));

    [TestCase("250", 250)]
    [TestCase("+250", 250)]
    [TestCase("4294967295", 4_294_967_295)]
    [TestCase("4294967296", 0)]
    [TestCase("-250", 0)]
    [TestCase(" 250", 0)]
    [TestCase("250 ms", 0)]
    [TestCase("", 0)]
    [TestCase(12.7, 12)]
    [TestCase(0.9, 0)]
    [TestCase(double.NaN, 0)]
    [TestCase(double.PositiveInfinity, 0)]
    [TestCase(true, 0)]
    public void A_delay_may_be_a_text_or_a_fraction_too(object given, long delay)
    {
        var value = given switch
        {
            string text => FieldValue.FromString(text),
            double number => FieldValue.FromDouble(number),
            _ => FieldValue.FromBoolean((bool)given),
        };

        Assert.That(DelayHeader.Read(Encoded.Fields(FieldTable.Empty.With("x-delay", value))), Is.EqualTo(delay));
    }

    [TestCase(FieldType.Int64, 1L, 1L)]
    [TestCase(FieldType.Int64, (long)uint.MaxValue, (long)uint.MaxValue, Description = "the longest of the plugin's")]
    [TestCase(FieldType.Int64, uint.MaxValue + 1L, 0L)]
    [TestCase(FieldType.Int64, 0L, 0L)]
    [TestCase(FieldType.Int64, -1L, 0L)]
    public void A_delay_is_a_number_in_its_range(FieldType type, long given, long delay) =>
        Assert.That(
            DelayHeader.Read(Encoded.Fields(
                FieldTable.Empty.With("other", FieldValue.FromInt64(5)).With("x-delay", FieldValue.FromInteger(type, given)))),
            Is.EqualTo(delay));

    /// <summary>After the delay, the header x-delay contains the negated delay, and all other properties are unchanged.</summary>
    [TestCase(5_000, "signedint -5000")]
    [TestCase(5_000L, "signedint -5000")]
    [TestCase(2_147_483_648L, "signedint -2147483648")]
    [TestCase(2_147_483_649L, "long -2147483649")]
    [TestCase("250", "signedint -250")]
    [TestCase(12.7, "signedint -12")]
    public void A_delay_that_is_over_is_negative(object given, string expected)
    {
        var value = given switch
        {
            string text => FieldValue.FromString(text),
            double number => FieldValue.FromDouble(number),
            int number => FieldValue.FromInt32(number),
            _ => FieldValue.FromInt64((long)given),
        };
        var properties = new BasicProperties
        {
            ContentType = "t",
            MessageId = "m",
            Headers = FieldTable.Empty.With("a", FieldValue.FromInt32(1)).With("x-delay", value).With("b", FieldValue.FromString("2"))
        };

        var over = BasicProperties.Read(DelayHeader.Negate(Encoded.Properties(properties)));

        var delay = over.Headers!["x-delay"]!.Value;
        Assert.That($"{(delay.Type == FieldType.Int32 ? "signedint" : "long")} {delay}", Is.EqualTo(expected));
        Assert.That(string.Join(' ', over.Headers.Select(header => header.Key)), Is.EqualTo("a x-delay b"));
        Assert.That(
            (over.ContentType, over.MessageId, over.Headers["a"], over.Headers["b"]),
            Is.EqualTo(("t", "m", properties.Headers["a"], properties.Headers["b"])));
    }

    private Queue[] Declare() => [.. Enumerable.Range(0, Queues).Select(number => _broker.Declare($"q{number}"))];

    private static (IRouter Router, Exchange Exchange) New(string type)
    {
        var router = Routers.Create(new ExchangeDeclaration("x", "/", type, FieldTable.Empty));
        return (router, new Exchange("x", type, router, ExchangeFlags.None, FieldTable.Empty));
    }

    private string[] Route(IRouter router, string key)
    {
        var route = new RouteFinder(_broker.Host.Routing);
        router.Route(new RoutedMessage(key, Encoded.Fields(FieldTable.Empty.With("key", FieldValue.FromString(key)))), route);
        return [.. route.ToRoute().Queues.Select(queue => queue.Name)];
    }

    private static string[] ChooseAll(IRouter router) =>
        [
            .. Enumerable.Range(0, 500).Select(number =>
                ((ChoosingRouter)router)
                    .Choose(Encoding.UTF8.GetBytes($"a key of more than eight bytes, {number}"), default, default)!.Destination.Name)
        ];
}
