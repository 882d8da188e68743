using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>A route contains all destinations of its message, and no destination of the previous message.</summary>
public sealed class RouteFinderTests
{
    private BareBroker _broker = null!;
    private RouteFinder _finder = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _broker = new BareBroker();
        _finder = new RouteFinder(_broker.Host.Routing);
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    /// <summary>A message passes three exchanges: a fanout exchange, an exchange of the given type, and a fanout exchange.</summary>
    [TestCase("headers", true)]
    [TestCase("topic", false)]
    public void A_route_varies_by_message_when_one_of_the_exchanges_on_the_way_does(string type, bool varies)
    {
        Declare($"first of {type}", "fanout");
        Declare($"middle of {type}", type);
        Declare($"last of {type}", "fanout");
        Bind($"first of {type}", _broker.Host.FindExchange($"middle of {type}")!, "#");
        Bind($"middle of {type}", _broker.Host.FindExchange($"last of {type}")!, "#");
        Bind($"last of {type}", _broker.Declare(type), "");

        var route = Follow($"first of {type}", "k");

        Assert.That(route.Queues.Select(queue => queue.Name), Is.EqualTo(new[] { type }));
        Assert.That(_finder.VariesByMessage, Is.EqualTo(varies));
        Follow("amq.fanout", "k");
        Assert.That(_finder.VariesByMessage, Is.False, "the next route does not vary by message");
    }

    /// <summary>
    /// A route already has all destinations of an exchange, so the exchange adds none. Even then, the exchange's alternate exchange must
    /// not get the message.
    /// </summary>
    [TestCase("queue")]
    [TestCase("exchange")]
    public void What_was_reached_before_keeps_a_message_from_the_alternate_exchange_too(string what)
    {
        string first = $"first to {what}", second = $"second to {what}", alternate = $"alternate of {what}";
        Declare(first, "fanout");
        Declare(second, "fanout", FieldTable.Empty.With("alternate-exchange", FieldValue.FromString(alternate)));
        Declare(alternate, "fanout");
        IBindingDestination shared = _broker.Declare($"shared by {what}");
        Bind(alternate, _broker.Declare($"unwanted by {what}"), "");
        if (what == "exchange")
        {
            Declare("shared exchange", "fanout");
            Bind("shared exchange", shared, "");
            shared = _broker.Host.FindExchange("shared exchange")!;
        }
        Bind(first, shared, "");
        Bind(first, _broker.Host.FindExchange(second)!, "");
        Bind(second, shared, "");

        Assert.That(Follow(first, "k").Queues.Select(queue => queue.Name), Is.EqualTo(new[] { $"shared by {what}" }));
    }

    [TestCase("reply")]
    [TestCase("delay")]
    [TestCase("history")]
    [TestCase("queue")]
    public void What_one_message_is_led_to_is_not_for_the_next(string what)
    {
        string exchange = what is "reply" or "queue" ? "" : what, key = what == "reply" ? ReservedNames.ReplyToPrefix + "x" : "any";
        if (what == "reply")
            _broker.Host.Routing.Replies.Add(key, new ReplyConsumer());
        else if (what == "delay")
            Declare(what, "x-delayed-message", FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
        else if (what == "history")
            Declare(what, "x-recent-history");
        else
            _broker.Declare(key);

        var first = Follow(exchange, key, FieldTable.Empty.With("x-delay", FieldValue.FromInt32(1_000)));
        var next = Follow("amq.fanout", key);

        Assert.That((Count(first), Count(next)), Is.EqualTo((1, 0)));

        static int Count(MessageRoute route) => route.Queues.Length + route.Replies.Length + route.Targets.Length;
    }

    [TestCase("true", 0)]
    [TestCase("false", 1)]
    [TestCase("1", 1)]
    [TestCase("text", 1)]
    [TestCase("other header", 1)]
    public void A_history_keeps_a_message_unless_a_header_of_it_says_true_to_the_contrary(string value, int kept)
    {
        string exchange = $"history {value}";
        Declare(exchange, "x-recent-history");
        var header = value switch
        {
            "true" or "false" or "other header" => FieldValue.FromBoolean(value != "false"),
            "1" => FieldValue.FromInt32(1),
            _ => FieldValue.FromString("true"),
        };

        var route = Follow(
            exchange, "k", FieldTable.Empty.With(value == "other header" ? "x-recent-history" : "x-recent-history-no-store", header));

        Assert.That(route.Targets, Has.Length.EqualTo(kept));
    }

    private MessageRoute Follow(string exchange, string key, FieldTable? headers = null)
    {
        _broker.Host.Routing.Follow(
            _broker.Host.FindExchange(exchange)!, new RoutedMessage(key, Encoded.Fields(headers ?? FieldTable.Empty)), _finder);
        return _finder.ToRoute();
    }

    private void Declare(string name, string type, FieldTable? arguments = null) =>
        _broker.Host.Topology.DeclareExchange(name, type, ExchangeFlags.None, arguments ?? FieldTable.Empty);

    private void Bind(string source, IBindingDestination destination, string key) =>
        _broker.Host.Topology.Bind(source, destination, key, FieldTable.Empty, _broker.Round);

    private sealed class ReplyConsumer : IReplyConsumer
    {
        public bool Deliver(in EncodedMessage message, ReadOnlySpan<byte> body, DispatchRound round) => true;
    }
}
