using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Clients see of a dropped repeat only that the queue does not get it. RabbitMQ needs a plugin for all this.</summary>
public class DeduplicationTests : BehaviourTests
{
    private const string Header = "x-deduplication-header", Type = "x-message-deduplication";

    [Test]
    public async Task A_repeat_is_confirmed_and_is_not_returned([Values] bool byExchange, [Values] bool isPersistent)
    {
        var channel = await OpenDeduplicatingAsync();
        string queue = NewQueueName(), exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, "direct", durable: true, arguments: byExchange ? On() : null);
        await channel.DeclareQueueAsync(queue, durable: true, arguments: byExchange ? null : On());
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.SelectConfirmsAsync();

        for (ulong tag = 1; tag <= 3; tag++)
        {
            await channel.PublishAsync(exchange, "k", "hello", Keyed("a", isPersistent), mandatory: true);
            Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(tag));
        }

        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_transaction_stores_its_repeats_once_and_a_rolled_back_key_is_new([Values] bool byExchange)
    {
        var channel = await OpenDeduplicatingAsync();
        string queue = await DeclareQueueAsync(channel, byExchange ? null : On());
        string exchange = await DeclareExchangeAsync(channel, "direct", byExchange ? On() : null);
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.CallAsync<TxSelect, TxSelectOk>(default);

        await channel.PublishAsync(exchange, "k", "rolled back", Keyed("a"));
        await channel.CallAsync<TxRollback, TxRollbackOk>(default);
        await channel.PublishAsync(exchange, "k", "first", Keyed("a"));
        await channel.PublishAsync(exchange, "k", "repeat", Keyed("a"));
        await channel.CallAsync<TxCommit, TxCommitOk>(default);
        await channel.PublishAsync(exchange, "k", "later repeat", Keyed("a"));
        await channel.CallAsync<TxCommit, TxCommitOk>(default);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("first"));
        await channel.ExpectEmptyAsync(queue);
    }

    [TestCase("x-message-deduplication", "yes", "{unacceptable_type,longstr}")]
    [TestCase("x-cache-size", 0, "{value_zero,0}")]
    [TestCase("x-cache-size", -1, "{value_negative,-1}")]
    [TestCase("x-cache-size", "many", "\"expected integer, got longstr\"")]
    [TestCase("x-cache-ttl", 0, "{value_zero,0}")]
    [TestCase("x-cache-ttl", true, "\"expected integer, got bool\"")]
    [TestCase("x-cache-persistence", "paper", "\"unsupported cache persistence 'paper'\"")]
    [TestCase("x-deduplication-header", 1, "{unacceptable_type,signedint}")]
    [TestCase("x-deduplication-header", "", "\"expected the name of a header\"")]
    public async Task A_queue_with_a_bad_argument_is_refused(string name, object value, string reason)
    {
        var channel = await OpenDeduplicatingAsync();
        string queue = NewName("q");

        var arguments = (name == "x-message-deduplication" ? FieldTable.Empty : On()).With(name, Field(value));

        await channel.SendAsync(new QueueDeclare(queue, false, false, false, false, false, arguments));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid arg '{name}' for queue '{queue}' in vhost '/': {reason}",
            QueueDeclare.Id);
    }

    [TestCase(Type, "x-cache-size", null, "Missing or invalid argument, 'x-cache-size' must be an integer greater than 0")]
    [TestCase(Type, "x-cache-size", 0, "Invalid argument, 'x-cache-size' must be an integer greater than 0")]
    [TestCase("fanout", "x-cache-size", "x", "Invalid argument, 'x-cache-size' must be an integer greater than 0")]
    [TestCase("fanout", "x-cache-ttl", -5, "Invalid argument, 'x-cache-ttl' must be an integer greater than 0")]
    [TestCase("fanout", "x-cache-persistence", "no", "Invalid argument, 'x-cache-persistence' must be either 'disk' or 'memory'")]
    [TestCase("fanout", "x-deduplication-header", true, "Invalid argument, 'x-deduplication-header' must be the name of a header")]
    public async Task An_exchange_with_a_bad_argument_is_refused(string type, string name, object? value, string text)
    {
        var channel = await OpenDeduplicatingAsync();
        var arguments = value is null ? On() : On().With(name, Field(value));

        await channel.SendAsync(new ExchangeDeclare(NewExchangeName(), type, false, false, false, false, false, arguments));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - {text}", ExchangeDeclare.Id);
    }

    [Test]
    public async Task A_redeclaration_with_other_arguments_is_refused([Values] bool ofExchange)
    {
        var channel = await OpenDeduplicatingAsync();
        string name = ofExchange
            ? await DeclareExchangeAsync(channel, "fanout", On().With("x-cache-size", FieldValue.FromInt32(10)))
            : await DeclareQueueAsync(channel, On().With("x-cache-size", FieldValue.FromInt32(10)));
        var others = On().With("x-cache-size", FieldValue.FromInt64(11));

        if (ofExchange)
            await channel.SendAsync(new ExchangeDeclare(name, "fanout", false, false, false, false, false, others));
        else
            await channel.SendAsync(new QueueDeclare(name, false, false, true, false, false, others));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - inequivalent arg 'x-cache-size' for {(ofExchange ? "exchange" : "queue")} '{name}' in vhost '/': "
                + "received '11' but current is '10'",
            ofExchange ? ExchangeDeclare.Id : QueueDeclare.Id);
    }

    private async Task<RawChannel> OpenDeduplicatingAsync()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has deduplication only with a plugin");
        return await OpenChannelAsync();
    }

    private static FieldTable On() => Table("x-message-deduplication", FieldValue.FromBoolean(true));

    private static BasicProperties Keyed(string key, bool isPersistent = false) => new()
    {
        DeliveryMode = isPersistent ? (byte)2 : (byte)1,
        Headers = Table(Header, FieldValue.FromString(key)),
    };

    private static FieldValue Field(object value) => value switch
    {
        int number => FieldValue.FromInt32(number),
        bool flag => FieldValue.FromBoolean(flag),
        _ => FieldValue.FromString((string)value),
    };
}
