namespace Amqp.Tests.Behaviour.Management;

/// <summary>Direct reply-to needs a reply consumer, which a client of the HTTP API cannot have. The client gets an error.</summary>
public sealed class DirectReplyApiTests : ApiTests
{
    [Test]
    public async Task A_request_that_asks_for_a_direct_reply_is_refused()
    {
        string host = await NewVirtualHostAsync();
        var request =
            new { properties = new { reply_to = "amq.rabbitmq.reply-to" }, routing_key = "q", payload = "", payload_encoding = "string" };

        var answer = await PostAsync($"/exchanges/{host}/amq.default/publish", request);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "406 PRECONDITION_FAILED - fast reply consumer does not exist")));
    }

    [Test]
    public async Task The_pseudo_queue_is_there_and_is_not_declared()
    {
        string host = await NewVirtualHostAsync();

        var answer = await PutAsync($"/queues/{host}/amq.rabbitmq.reply-to", new { });

        Assert.That(answer.Code, Is.EqualTo(201));
        Assert.That((await GetAsync($"/queues/{host}")).Json.GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_requester_that_is_not_there_is_not_found()
    {
        var answer = await PutAsync($"/queues/{await NewVirtualHostAsync()}/amq.rabbitmq.reply-to.nobody", new { });

        Assert.That(answer.Code, Is.EqualTo(404));
    }
}
