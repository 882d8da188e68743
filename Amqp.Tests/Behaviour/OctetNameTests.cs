using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Names in basic.publish and in tables may be invalid UTF-8. The broker rejects such names in all other methods.</summary>
public sealed class OctetNameTests : BehaviourTests
{
    private static readonly string _latin = OctetText.Decode([(byte)'g', (byte)'r', 0xFC, 0xDF]);

    [Test]
    public async Task A_routing_key_reaches_the_consumer_as_it_was_published()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, "amq.fanout", "");

        await channel.PublishAsync("amq.fanout", _latin, "body");

        Assert.That((await channel.GetAsync(queue)).Method.RoutingKey, Is.EqualTo(_latin));
    }

    [Test]
    public async Task A_topic_pattern_matches_words_that_are_not_utf8()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, "amq.topic", $"{queue}.*.end");

        await channel.PublishAsync("amq.topic", $"{queue}.{_latin}.end", "body");

        Assert.That((await channel.GetAsync(queue)).Method.RoutingKey, Is.EqualTo($"{queue}.{_latin}.end"));
    }

    [Test]
    public async Task A_mandatory_message_comes_back_with_its_routing_key()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", _latin, "body", mandatory: true);

        Assert.That((await channel.ExpectMessageAsync<BasicReturn>()).Method.RoutingKey, Is.EqualTo(_latin));
    }

    [Test]
    public async Task A_publish_to_such_an_exchange_finds_none()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync(_latin, "key");

        var close = await channel.Client.ReceiveAsync(channel.Number);
        byte[] text = [.. "NOT_FOUND - no exchange 'gr"u8, 0xFC, 0xDF, .. "' in vhost '/'"u8];
        Assert.That(close.Arguments.ToArray(), Is.EqualTo((byte[])[404 >> 8, 404 & 255, (byte)text.Length, .. text, 0, 60, 0, 40]));
    }

    [Test]
    public async Task A_key_of_the_CC_header_routes_by_its_octets()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, "amq.topic", $"{queue}.*");
        var headers = Table("CC", FieldValue.FromArray([FieldValue.FromString($"{queue}.{_latin}")]));

        await channel.PublishAsync("amq.topic", "elsewhere", "body", new BasicProperties { Headers = headers });

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("body"));
    }

    [Test]
    public async Task A_dead_letter_keeps_its_routing_key()
    {
        var channel = await OpenChannelAsync();
        string dead = await DeclareQueueAsync(channel);
        string queue = await DeclareQueueAsync(
            channel, Table("x-message-ttl", FieldValue.FromInt32(0)).With("x-dead-letter-exchange", FieldValue.FromString("amq.topic")));
        string entrance = await DeclareExchangeAsync(channel, "fanout");
        await channel.BindQueueAsync(queue, entrance);
        await channel.BindQueueAsync(dead, "amq.topic", $"{dead}.*");

        await channel.PublishAsync(entrance, $"{dead}.{_latin}", "body");

        await channel.CountMessagesAsync([dead], 1);
        Assert.That((await channel.GetAsync(dead)).Method.RoutingKey, Is.EqualTo($"{dead}.{_latin}"));
    }

    [Test]
    public async Task A_header_may_have_any_octets_for_its_name()
    {
        byte[] properties = Encoded.Properties(new BasicProperties { Headers = Table(_latin, FieldValue.FromInt32(1)) });
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync(new BasicPublish("", queue, false, false), properties, []);

        Assert.That((await channel.GetAsync(queue)).Content.Properties, Is.EqualTo(properties));
    }

    [Test]
    public async Task An_argument_may_have_any_octets_for_its_name()
    {
        var channel = await OpenChannelAsync();

        await channel.DeclareExclusiveQueueAsync("", Table($"x-{_latin}", FieldValue.FromInt32(1)));

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task Another_method_with_such_a_name_closes_the_connection()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDelete(_latin, false, false, false));

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - Malformed UTF-8 in shortstr");
    }
}
