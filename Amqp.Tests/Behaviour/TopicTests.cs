using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Topic exchanges match routing keys with patterns. <c>*</c> is one word, <c>#</c> is any number of words, and dots separate words.
/// </summary>
public class TopicTests : BehaviourTests
{
    [TestCase("a.b.c", "a.b.c")]
    [TestCase("a.*.c", "a.b.c")]
    [TestCase("*.*.*", "a.b.c")]
    [TestCase("#", "a.b.c")]
    [TestCase("a.#", "a.b.c")]
    [TestCase("a.#", "a")]
    [TestCase("#.c", "a.b.c")]
    [TestCase("#.c", "c")]
    [TestCase("a.#.c", "a.c")]
    [TestCase("a.#.c", "a.b.b.b.c")]
    [TestCase("#.b.#", "a.b.c")]
    [TestCase("#.*", "a")]
    [TestCase("*.#", "a.b")]
    [TestCase("#.#", "a.b")]
    [TestCase("*.#.*", "a.b")]
    [TestCase("a.*.#", "a.b")]
    [TestCase("#.a.#.a", "a.b.a")]
    [TestCase("#", "")]
    [TestCase("#.#", "")]
    [TestCase("", "")]
    [TestCase("a.*", "a.")]
    [TestCase("*.a", ".a")]
    [TestCase("a.*.b", "a..b")]
    [TestCase("*.*", ".")]
    [TestCase("a.", "a.")]
    [TestCase("a*", "a*")]
    [TestCase("ü.日本.*", "ü.日本.🐇")]
    public async Task It_matches(string binding, string key) => Assert.That(await RoutesAsync(binding, key), Is.True);

    [TestCase("a.b.c", "a.b")]
    [TestCase("a.b", "a.b.c")]
    [TestCase("*", "a.b")]
    [TestCase("a.*", "a")]
    [TestCase("a.*", "a.b.c")]
    [TestCase("*.a.#", "a")]
    [TestCase("#.a", "a.b")]
    [TestCase("a.#.c", "a.b")]
    [TestCase("A", "a")]
    [TestCase("*", "")]
    [TestCase("*.#", "")]
    [TestCase("a", "")]
    [TestCase("", "a")]
    [TestCase("a", "a.")]
    [TestCase("a*", "ab")]
    [TestCase("a#", "ab")]
    [TestCase("#.*.#.*", "a")]
    public async Task It_does_not_match(string binding, string key) => Assert.That(await RoutesAsync(binding, key), Is.False);

    [Test]
    public async Task A_binding_that_is_removed_takes_no_other_with_it()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "a.b.c");
        await channel.BindQueueAsync(queue, exchange, "a.b");
        await channel.BindQueueAsync(queue, exchange, "a.#");

        await channel.UnbindQueueAsync(queue, exchange, "a.b.c");
        await channel.UnbindQueueAsync(queue, exchange, "a.#");
        await channel.PublishAsync(exchange, "a.b.c", "not this");
        await channel.PublishAsync(exchange, "a.b", "this");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("this"));
    }

    private async Task<bool> RoutesAsync(string binding, string key)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, binding);

        await channel.PublishAsync(exchange, key, mandatory: true);
        await channel.SendAsync(new BasicGet(queue, true));

        var frame = await channel.Client.ReceiveAsync(channel.Number);
        Assert.That(frame.Method, Is.EqualTo(BasicGetOk.Id).Or.EqualTo(BasicReturn.Id), $"{frame}");
        return frame.Method == BasicGetOk.Id;
    }
}
