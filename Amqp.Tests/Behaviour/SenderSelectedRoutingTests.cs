using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>A publisher can name further routing keys of a message in the headers CC and BCC.</summary>
public class SenderSelectedRoutingTests : BehaviourTests
{
    [TestCase("CC")]
    [TestCase("BCC")]
    public async Task Every_key_in_the_list_is_routed_too(string header)
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareQueueAsync(channel), two = await DeclareQueueAsync(channel), three = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", one, "hello", Keys(header, two, three));

        foreach (string queue in (string[])[one, two, three])
            Assert.That((await channel.GetAsync(queue)).Method.RoutingKey, Is.EqualTo(one), "the routing key of the publish");
    }

    [Test]
    public async Task Cc_is_seen_by_who_gets_the_message()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        var properties = Keys("CC", "elsewhere");

        await channel.PublishAsync("", queue, "hello", properties);

        Assert.That((await channel.GetAsync(queue)).Content.Decoded, Is.EqualTo(properties));
    }

    [Test]
    public async Task Bcc_is_not()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        var properties = new BasicProperties
        {
            Headers = new([.. Keys("BCC", queue).Headers!, .. Table("k", FieldValue.FromInt32(1))]),
            AppId = "a"
        };

        await channel.PublishAsync("", "elsewhere", "hello", properties);

        Assert.That(
            (await channel.GetAsync(queue)).Content.Decoded,
            Is.EqualTo(properties with { Headers = Table("k", FieldValue.FromInt32(1)) }));
    }

    [Test]
    public async Task Headers_with_nothing_but_bcc_are_empty_then()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", "elsewhere", "hello", Keys("BCC", queue));

        Assert.That((await channel.GetAsync(queue)).Content.Decoded.Headers, Is.EqualTo(FieldTable.Empty));
    }

    [Test]
    public async Task A_queue_named_more_than_once_gets_one_copy()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "hello", Keys("CC", queue, queue));

        Assert.That((await channel.GetAsync(queue)).Method.MessageCount, Is.Zero);
    }

    [Test]
    public async Task A_topic_exchange_routes_them_like_any_key()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "a.*");

        await channel.PublishAsync(exchange, "b", "hello", Keys("CC", "a.b"));

        await channel.GetAsync(queue);
    }

    [TestCase("CC")]
    [TestCase("BCC")]
    public async Task When_none_of_the_keys_is_routed_a_mandatory_message_comes_back(string header)
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", "nowhere", "hello", Keys(header, "nowhere-else"), mandatory: true);

        var returned = await channel.ExpectMessageAsync<BasicReturn>();
        Assert.That(returned.Method, Is.EqualTo(new BasicReturn(312, "NO_ROUTE", "", "nowhere")));
        Assert.That(returned.Content.Decoded.Headers?[header] is not null, Is.EqualTo(header == "CC"));
    }

    [Test]
    public async Task An_alternate_exchange_gets_nothing_when_one_of_the_keys_is_routed()
    {
        var channel = await OpenChannelAsync();
        string unrouted = await DeclareQueueAsync(channel), routed = await DeclareQueueAsync(channel);
        string alternate = await DeclareExchangeAsync(channel, "fanout");
        string exchange = await DeclareExchangeAsync(channel, "direct", Table("alternate-exchange", FieldValue.FromString(alternate)));
        await channel.BindQueueAsync(unrouted, alternate);
        await channel.BindQueueAsync(routed, exchange, "copied");

        await channel.PublishAsync(exchange, "nowhere", "hello", Keys("CC", "copied"));

        await channel.GetAsync(routed);
        await channel.ExpectEmptyAsync(unrouted);
    }

    private static IEnumerable<TestCaseData> NoLists =>
    [
        new TestCaseData("CC", FieldValue.FromString("k"), "longstr").SetArgDisplayNames("CC", "text"),
        new TestCaseData("BCC", FieldValue.FromString("k"), "longstr").SetArgDisplayNames("BCC", "text"),
        new TestCaseData("BCC", FieldValue.FromInt32(5), "signedint").SetArgDisplayNames("BCC", "an integer"),
        new TestCaseData("CC", FieldValue.Void, "void").SetArgDisplayNames("CC", "nothing"),
        new TestCaseData("CC", FieldValue.FromTable(FieldTable.Empty), "table").SetArgDisplayNames("CC", "a table"),
    ];

    [TestCaseSource(nameof(NoLists))]
    public async Task What_is_no_list_is_refused(string header, FieldValue value, string type)
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", "k", "hello", new() { Headers = Table(header, value) });

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid message: {{unacceptable_type_in_header,\"{header}\",{type}}}",
            BasicPublish.Id);
    }

    [Test]
    public async Task What_is_no_text_in_the_list_is_ignored()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "hello", new() { Headers = Table("CC", FieldValue.FromArray([FieldValue.FromInt32(5)])) });

        await channel.GetAsync(queue);
    }

    [Test]
    public async Task An_exchange_that_does_not_exist_is_said_first()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("nope", "k", "hello", new() { Headers = Table("CC", FieldValue.FromString("k")) });

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'", BasicPublish.Id);
    }

    private static BasicProperties Keys(string header, params IEnumerable<string> keys) =>
        new() { Headers = Table(header, FieldValue.FromArray([.. keys.Select(key => FieldValue.FromString(key))])) };
}
