using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ConsumeTests : BehaviourTests
{
    [Test]
    public async Task Consume_ok_comes_before_the_first_delivery()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "hello");

        string tag = await channel.ConsumeAsync(queue, "tag");

        var delivery = await channel.ExpectDeliveryAsync();
        Assert.That(delivery.Method, Is.EqualTo(new BasicDeliver(tag, 1, false, "", queue)));
        Assert.That(delivery.Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_consumer_without_a_tag_gets_one_of_its_own()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        string first = await channel.ConsumeAsync(queue), second = await channel.ConsumeAsync(queue);

        Assert.That(new[] { first, second }, Has.All.Match("^amq\\.ctag-[A-Za-z0-9_-]{22}$"));
        Assert.That(first, Is.Not.EqualTo(second));
    }

    [TestCase("tag-ü-日本")]
    [TestCase("a b")]
    public async Task A_tag_may_be_any_text(string tag)
    {
        var channel = await OpenChannelAsync();

        Assert.That(await channel.ConsumeAsync(await DeclareQueueAsync(channel), tag), Is.EqualTo(tag));
    }

    [Test]
    public async Task A_tag_may_take_255_bytes()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), tag = new('t', 255);
        await channel.ConsumeAsync(queue, tag);

        await channel.PublishAsync("", queue, "hello");

        Assert.That((await channel.ExpectDeliveryAsync()).Method.ConsumerTag, Is.EqualTo(tag));
    }

    [Test]
    public async Task A_tag_used_twice_on_a_channel_closes_the_connection()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");

        await channel.SendAsync(new BasicConsume(queue, "tag", false, false, false, false, FieldTable.Empty));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotAllowed, "NOT_ALLOWED - attempt to reuse consumer tag 'tag'", BasicConsume.Id);
    }

    [Test]
    public async Task A_tag_may_be_used_again_on_another_channel_or_after_cancel()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");

        await (await channel.Client.OpenChannelAsync(2)).ConsumeAsync(queue, "tag");
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("tag", false));
        await channel.ConsumeAsync(queue, "tag");
    }

    [Test]
    public async Task From_a_queue_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new BasicConsume(queue, "", false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", BasicConsume.Id);
    }

    [Test]
    public async Task From_a_queue_that_does_not_exist_is_not_found_whatever_is_wrong_with_the_arguments()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(
            new BasicConsume(queue, "", false, false, false, false, Table("x-priority", FieldValue.FromString("high"))));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", BasicConsume.Id);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_exclusive_consumer_is_alone_on_its_queue(bool first)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "a", exclusive: first);
        var other = await channel.Client.OpenChannelAsync(2);

        await other.SendAsync(new BasicConsume(queue, "b", false, false, Exclusive: !first, false, FieldTable.Empty));

        await other.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use", BasicConsume.Id);
    }

    [Test]
    public async Task An_exclusive_consumer_that_is_cancelled_makes_room()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "a", exclusive: true);

        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("a", false));

        await channel.ConsumeAsync(queue, "b", exclusive: true);
    }

    [Test]
    public async Task No_local_is_accepted_and_ignored()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, "a", NoLocal: true, true, false, false, FieldTable.Empty));

        await channel.PublishAsync("", queue, "my own");

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("my own"));
    }

    [TestCase("tag", "^tag$")]
    [TestCase("", "^amq\\.ctag-")]
    public async Task Without_wait_there_is_no_answer(string tag, string delivered)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "hello");

        await channel.SendAsync(new BasicConsume(queue, tag, false, true, false, NoWait: true, FieldTable.Empty));

        Assert.That((await channel.ExpectDeliveryAsync()).Method.ConsumerTag, Does.Match(delivered));
    }

    [Test]
    public async Task Unknown_arguments_are_ignored()
    {
        var channel = await OpenChannelAsync();

        await channel.ConsumeAsync(await DeclareQueueAsync(channel), arguments: Table("x-foo", FieldValue.FromTable(FieldTable.Empty)));
    }

    [Test]
    public async Task Delivery_tags_count_from_1_on_each_channel_and_are_shared_by_consume_and_get()
    {
        var channel = await OpenChannelAsync();
        string consumed = await DeclareQueueAsync(channel), got = await DeclareQueueAsync(channel);
        foreach (string queue in (string[])[consumed, got, got])
            await channel.PublishAsync("", queue);

        ulong first = (await channel.GetAsync(got)).Method.DeliveryTag;
        await channel.ConsumeAsync(consumed);
        ulong second = (await channel.ExpectDeliveryAsync()).Method.DeliveryTag;
        ulong third = (await channel.GetAsync(got)).Method.DeliveryTag;
        var other = await channel.Client.OpenChannelAsync(2);
        await other.PublishAsync("", got);
        ulong elsewhere = (await other.GetAsync(got)).Method.DeliveryTag;

        Assert.That(new[] { first, second, third, elsewhere }, Is.EqualTo(new ulong[] { 1, 2, 3, 1 }));
    }

    [Test]
    public async Task An_acknowledging_consumer_keeps_what_it_has_from_others()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "hello");
        await channel.ConsumeAsync(queue);
        await channel.ExpectDeliveryAsync();

        await channel.ExpectEmptyAsync(queue);
    }
}
