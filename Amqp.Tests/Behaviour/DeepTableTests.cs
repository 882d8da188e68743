using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker accepts field tables with deeply nested tables and arrays, up to a maximum depth.</summary>
public sealed class DeepTableTests : BehaviourTests
{
    /// <summary>Default limit of the broker for the depth of nested tables and arrays. RabbitMQ has no limit.</summary>
    private const int MaxDepth = 1_024;

    [Test]
    public async Task A_header_may_nest_deep([Values('A', 'F')] char type, [Values(200, MaxDepth)] int depth)
    {
        byte[] properties = Encoded.Properties(new BasicProperties { Headers = Nested(type, depth) });
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync(new BasicPublish("", queue, false, false), properties, []);

        Assert.That((await channel.GetAsync(queue)).Content.Properties, Is.EqualTo(properties));
    }

    [Test]
    public async Task A_header_that_nests_deeper_than_is_allowed_closes_the_connection([Values('A', 'F')] char type)
    {
        await SkipOnRabbitMqAsync("RabbitMQ has no limit.");
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", NewName("q"), "", new BasicProperties { Headers = Nested(type, MaxDepth + 1) });

        await channel.Client.ExpectCloseAsync(ReplyCode.SyntaxError, $"SYNTAX_ERROR - tables nest deeper than {MaxDepth}");
    }

    [Test]
    public async Task An_argument_may_nest_deep([Values('A', 'F')] char type)
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.DeclareExclusiveQueueAsync(queue, Nested(type, MaxDepth));
        // the second declaration makes the broker compare its arguments with those of the existing queue
        await channel.DeclareExclusiveQueueAsync(queue, Nested(type, MaxDepth));

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task An_argument_that_nests_deeper_than_is_allowed_closes_the_connection([Values('A', 'F')] char type)
    {
        await SkipOnRabbitMqAsync("RabbitMQ has no limit.");
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare(NewName("q"), false, false, true, false, false, Nested(type, MaxDepth + 1)));

        var close = await channel.Client.ExpectAsync<ConnectionClose>(0);
        Assert.That(
            (close.ReplyCode, close.FailingClass, close.FailingMethod),
            Is.EqualTo(((ushort)ReplyCode.FrameError, QueueDeclare.Id.Class, QueueDeclare.Id.Method)));
        Assert.That(close.ReplyText, Does.StartWith("FRAME_ERROR - cannot decode <<0,0,"));
    }

    [Test]
    public async Task A_headers_exchange_compares_values_that_nest_deep([Values('A', 'F')] char type)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), other = await DeclareQueueAsync(channel);
        string exchange = await DeclareExchangeAsync(channel, "headers");
        await channel.BindQueueAsync(queue, exchange, "", Nested(type, MaxDepth));
        await channel.BindQueueAsync(other, exchange, "", Nested(type, MaxDepth - 1));

        await channel.PublishAsync(exchange, "", "body", new BasicProperties { Headers = Nested(type, MaxDepth) });

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("body"));
        await channel.ExpectEmptyAsync(other);
    }

    private static FieldTable Nested(char type, int depth)
    {
        var value = FieldValue.FromInt32(1);
        for (int level = 0; level < depth; level++)
            value = type == 'A' ? FieldValue.FromArray([value]) : FieldValue.FromTable(Table("k", value));
        return Table("deep", value);
    }
}
