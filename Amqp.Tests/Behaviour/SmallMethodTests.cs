using Amqp.Protocol;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker answers access.request, channel.flow and connection.update-secret.</summary>
public class SmallMethodTests : BehaviourTests
{
    [TestCase("/data")]
    [TestCase("anything")]
    public async Task Access_is_granted_to_whoever_still_asks(string realm)
    {
        var channel = await OpenChannelAsync();

        var ok = await channel.CallAsync<AccessRequest, AccessRequestOk>(new AccessRequest(realm, true, true, true, true, true));

        Assert.That(ok.Ticket, Is.EqualTo(1));
    }

    [Test]
    public async Task Flow_that_goes_on_is_answered()
    {
        var channel = await OpenChannelAsync();

        Assert.That((await channel.CallAsync<ChannelFlow, ChannelFlowOk>(new ChannelFlow(true))).Active, Is.True);
    }

    [Test]
    public async Task Flow_that_stops_is_not_implemented()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ChannelFlow(false));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotImplemented, "NOT_IMPLEMENTED - active=false", ChannelFlow.Id);
    }

    [Test]
    public async Task A_fresh_secret_is_accepted()
    {
        var client = await ConnectAsync();

        await client.SendAsync(0, new ConnectionUpdateSecret("anything"u8.ToArray(), "it was old"));

        await client.ExpectAsync<ConnectionUpdateSecretOk>(0);
    }
}
