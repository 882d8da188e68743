using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ExchangeDeclareTests : BehaviourTests
{
    private const string Alternate = "alternate-exchange";

    [TestCase("direct")]
    [TestCase("fanout")]
    [TestCase("topic")]
    [TestCase("headers")]
    public async Task An_exchange_of_each_type_may_be_declared_twice(string type)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, type);

        await channel.DeclareExchangeAsync(exchange, type);
    }

    [TestCase("amq.direct", "direct")]
    [TestCase("amq.fanout", "fanout")]
    [TestCase("amq.topic", "topic")]
    [TestCase("amq.headers", "headers")]
    [TestCase("amq.match", "headers")]
    public async Task Predeclared_exchanges_are_there_and_durable(string exchange, string type)
    {
        var channel = await OpenChannelAsync();

        await channel.DeclareExchangeAsync(exchange, type, durable: true);
    }

    [Test]
    public async Task The_trace_exchange_is_there_and_internal()
    {
        var channel = await OpenChannelAsync();

        await channel.DeclareExchangeAsync("amq.rabbitmq.trace", "topic", durable: true, @internal: true);
    }

    [TestCase("type", "'fanout'", "'direct'", "fanout", false, false, false)]
    [TestCase("durable", "'true'", "'false'", "direct", true, false, false)]
    [TestCase("auto_delete", "'true'", "'false'", "direct", false, true, false)]
    [TestCase("internal", "'true'", "'false'", "direct", false, false, true)]
    public async Task A_redeclaration_that_differs_is_refused(
        string what, string received, string current, string type, bool durable, bool autoDelete, bool @internal)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.SendAsync(new ExchangeDeclare(exchange, type, false, durable, autoDelete, @internal, false, FieldTable.Empty));

        await ExpectInequivalentAsync(channel, exchange, what, received, current);
    }

    [Test]
    public async Task An_alternate_exchange_that_was_not_there_before_is_refused()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await RedeclareAsync(channel, exchange, Table(Alternate, FieldValue.FromString("foo")));

        await ExpectInequivalentAsync(channel, exchange, Alternate, "the value 'foo' of type 'longstr'", "none");
    }

    [Test]
    public async Task An_alternate_exchange_that_is_missing_is_refused()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct", Table(Alternate, FieldValue.FromString("foo")));

        await RedeclareAsync(channel, exchange, FieldTable.Empty);

        await ExpectInequivalentAsync(channel, exchange, Alternate, "none", "the value 'foo' of type 'longstr'");
    }

    [Test]
    public async Task Another_alternate_exchange_is_refused()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct", Table(Alternate, FieldValue.FromString("foo")));

        await RedeclareAsync(channel, exchange, Table(Alternate, FieldValue.FromString("bar")));

        await ExpectInequivalentAsync(channel, exchange, Alternate, "'bar'", "'foo'");
    }

    [Test]
    public async Task An_alternate_exchange_that_is_no_name_is_refused()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName();

        await RedeclareAsync(channel, exchange, Table(Alternate, FieldValue.FromInt32(5)));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid type 'signedint' for arg '{Alternate}' in exchange '{exchange}' in vhost '/'",
            ExchangeDeclare.Id);
    }

    [Test]
    public async Task Unknown_arguments_are_ignored()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct", Table("x-foo", FieldValue.FromInt32(1)));

        await channel.DeclareExchangeAsync(exchange, "direct", arguments: Table("x-foo", FieldValue.FromString("other")));
    }

    [TestCase("zzz", "unknown exchange type 'zzz'")]
    [TestCase("", "invalid exchange type ''")]
    public async Task An_unknown_type_closes_the_connection(string type, string explanation)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDeclare(NewExchangeName(), type, false, false, false, false, false, FieldTable.Empty));

        await channel.Client.ExpectCloseAsync(ReplyCode.CommandInvalid, $"COMMAND_INVALID - {explanation}", ExchangeDeclare.Id);
    }

    [Test]
    public async Task An_unknown_type_closes_the_connection_even_when_the_exchange_exists()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.SendAsync(new ExchangeDeclare(exchange, "zzz", false, false, false, false, false, FieldTable.Empty));

        await channel.Client.ExpectCloseAsync(
            ReplyCode.CommandInvalid, "COMMAND_INVALID - unknown exchange type 'zzz'", ExchangeDeclare.Id);
    }

    [Test]
    public async Task A_passive_declaration_looks_at_nothing_but_the_name()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
            new ExchangeDeclare(exchange, "zzz", Passive: true, true, true, true, false, Table(Alternate, FieldValue.FromInt32(1))));
    }

    [TestCase("zzz")]
    [TestCase("direct")]
    public async Task A_passive_declaration_of_what_is_not_there_is_not_found(string type)
    {
        var channel = await OpenChannelAsync();
        string exchange = NewName("x");

        await channel.SendAsync(new ExchangeDeclare(exchange, type, Passive: true, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", ExchangeDeclare.Id);
    }

    [Test]
    public async Task Names_that_begin_with_amq_are_reserved()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDeclare("amq.mine", "direct", false, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'", ExchangeDeclare.Id);
    }

    [Test]
    public async Task A_reserved_name_that_is_not_there_is_not_found_when_asked_for()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDeclare("amq.nope", "direct", Passive: true, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'amq.nope' in vhost '/'", ExchangeDeclare.Id);
    }

    [Test]
    public async Task A_predeclared_exchange_declared_otherwise_is_refused_like_any_other()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDeclare("amq.direct", "direct", false, Durable: false, false, false, false, FieldTable.Empty));

        await ExpectInequivalentAsync(channel, "amq.direct", "durable", "'false'", "'true'");
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName();

        await channel.SendAsync(new ExchangeDeclare(exchange, "direct", false, false, false, false, NoWait: true, FieldTable.Empty));

        await channel.LookUpExchangeAsync(exchange);
    }

    [Test]
    public async Task Line_ends_are_taken_out_of_names()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName();

        await channel.DeclareExchangeAsync($"{exchange[..5]}\r\n{exchange[5..]}", "direct");

        await channel.LookUpExchangeAsync(exchange);
    }

    [TestCase("ü-日本-🐇")]
    [TestCase(" a b ")]
    public async Task Names_may_be_any_text(string text)
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName() + text;

        await channel.DeclareExchangeAsync(exchange, "direct");
        await channel.LookUpExchangeAsync(exchange);
        await channel.DeleteExchangeAsync(exchange);
    }

    [Test]
    public async Task Names_may_take_255_bytes()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName().PadRight(255, 'x');

        await channel.DeclareExchangeAsync(exchange, "direct");
        await channel.DeleteExchangeAsync(exchange);
    }

    private static Task RedeclareAsync(RawChannel channel, string exchange, FieldTable arguments) =>
        channel.SendAsync(new ExchangeDeclare(exchange, "direct", false, false, false, false, false, arguments));

    private static Task ExpectInequivalentAsync(RawChannel channel, string exchange, string what, string received, string current) =>
        channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - inequivalent arg '{what}' for exchange '{exchange}' in vhost '/': "
                + $"received {received} but current is {current}",
            ExchangeDeclare.Id);
}
