using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ConnectionStartTests : BehaviourTests
{
    [Test]
    public async Task It_offers_plain_and_amqplain() =>
        Assert.That(Encoding.UTF8.GetString((await StartAsync()).Mechanisms).Split(' '), Is.SupersetOf(new[] { "PLAIN", "AMQPLAIN" }));

    [Test]
    public async Task It_speaks_american_english() =>
        Assert.That(Encoding.UTF8.GetString((await StartAsync()).Locales), Is.EqualTo("en_US"));

    [TestCase("publisher_confirms")]
    [TestCase("exchange_exchange_bindings")]
    [TestCase("basic.nack")]
    [TestCase("consumer_cancel_notify")]
    [TestCase("connection.blocked")]
    [TestCase("consumer_priorities")]
    [TestCase("authentication_failure_close")]
    [TestCase("per_consumer_qos")]
    [TestCase("direct_reply_to")]
    public async Task It_is_capable_of(string capability) =>
        Assert.That((await CapabilitiesAsync())[capability], Is.EqualTo(FieldValue.FromBoolean(true)));

    [Test]
    public async Task It_claims_nothing_that_rabbitmq_does_not() => Assert.That(await CapabilitiesAsync(), Has.Count.EqualTo(9));

    [TestCase("product")]
    [TestCase("version")]
    [TestCase("platform")]
    [TestCase("copyright")]
    [TestCase("information")]
    [TestCase("cluster_name")]
    public async Task It_says_who_it_is(string property) =>
        Assert.That((await StartAsync()).ServerProperties[property]?.AsString(), Is.Not.Empty);

    [Test]
    public async Task Its_version_has_three_numbers() =>
        Assert.That((await StartAsync()).ServerProperties["version"]?.AsString(), Does.Match(@"^\d+\.\d+\.\d+"));

    [Test]
    public async Task It_fits_into_the_smallest_frame()
    {
        var client = await DialAsync();
        await client.SendAsync(ProtocolHeader.Amqp091.ToArray());

        var frame = await client.ReceiveAsync(0);

        Assert.That(frame.Payload, Has.Length.LessThanOrEqualTo(Frame.MinSize - Frame.Overhead));
    }

    private async Task<ConnectionStart> StartAsync() => await (await DialAsync()).StartAsync();

    private async Task<FieldTable> CapabilitiesAsync() => (await StartAsync()).ServerProperties["capabilities"]!.Value.AsTable();
}
