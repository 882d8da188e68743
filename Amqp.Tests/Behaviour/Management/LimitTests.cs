using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class LimitTests : ApiTests
{
    [Test]
    public async Task A_virtual_host_takes_no_more_connections_than_its_limit()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/vhost-limits/{host}/max-connections", new { value = 1 });
        var first = await AskToOpenAsync(host);
        await first.ExpectAsync<ConnectionOpenOk>(0);

        var second = await AskToOpenAsync(host);

        await second.ExpectCloseAsync(
            ReplyCode.NotAllowed,
            $"NOT_ALLOWED - access to vhost '{host}' refused for user 'guest': connection limit (1) is reached",
            ConnectionOpen.Id);
    }

    [Test]
    public async Task A_connection_that_has_closed_makes_room_for_another()
    {
        await SkipOnRabbitMqAsync("RabbitMQ counts a connection for a moment after its end.");
        string host = await NewVirtualHostAsync();
        await PutAsync($"/vhost-limits/{host}/max-connections", new { value = 1 });
        var first = await AskToOpenAsync(host);
        await first.ExpectAsync<ConnectionOpenOk>(0);
        await first.SendAsync(0, new ConnectionClose(200, "", 0, 0));
        await first.ExpectAsync<ConnectionCloseOk>(0);

        var second = await AskToOpenAsync(host);

        await second.ExpectAsync<ConnectionOpenOk>(0);
    }

    [Test]
    public async Task A_limit_of_zero_refuses_everybody_and_a_negative_one_nobody()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/vhost-limits/{host}/max-connections", new { value = 0 });
        var refused = await AskToOpenAsync(host);
        await refused.ExpectCloseAsync(
            ReplyCode.NotAllowed,
            $"NOT_ALLOWED - access to vhost '{host}' refused for user 'guest': connection limit (0) is reached",
            ConnectionOpen.Id);

        await PutAsync($"/vhost-limits/{host}/max-connections", new { value = -1 });

        await (await AskToOpenAsync(host)).ExpectAsync<ConnectionOpenOk>(0);
    }

    [Test]
    public async Task A_virtual_host_takes_no_more_queues_than_its_limit()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 1 });
        var channel = await OpenChannelAsync(host);
        await channel.DeclareExclusiveQueueAsync("one");
        await channel.DeclareExclusiveQueueAsync("one");

        await channel.SendAsync(new QueueDeclare("two", false, false, true, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - cannot declare queue 'two': queue limit in vhost '{host}' (1) is reached",
            QueueDeclare.Id);
    }

    [Test]
    public async Task A_user_has_no_more_connections_than_the_limit()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        await PutAsync($"/user-limits/{user}/max-connections", new { value = 1 });
        await (await AskToOpenAsync(host, $"{user}:secret")).ExpectAsync<ConnectionOpenOk>(0);

        var second = await AskToOpenAsync(host, $"{user}:secret");

        await second.ExpectCloseAsync(
            ReplyCode.NotAllowed,
            $"NOT_ALLOWED - connection refused for user '{user}': user connection limit (1) is reached",
            ConnectionOpen.Id);
    }

    [Test]
    public async Task A_user_has_no_more_channels_than_the_limit()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        await PutAsync($"/user-limits/{user}/max-channels", new { value = 1 });
        var client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        await client.OpenChannelAsync();

        await client.SendAsync(2, new ChannelOpen());

        await client.ExpectCloseAsync(
            ReplyCode.NotAllowed,
            $"NOT_ALLOWED - number of channels opened for user '{user}' has reached the maximum allowed user limit of (1)");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_channel_that_is_closed_is_free_again_while_its_connection_goes_on(bool isError)
    {
        await SkipOnRabbitMqAsync("RabbitMQ counts a channel for a moment after its end.");
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        await PutAsync($"/user-limits/{user}/max-channels", new { value = 1 });
        var client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);

        for (ushort number = 1; number <= 3; number++)
        {
            var channel = await client.OpenChannelAsync(number);
            if (isError)
            {
                await channel.SendAsync(new QueueDeclare("none", true, false, false, false, false, FieldTable.Empty));
                await channel.ExpectAsync<ChannelClose>();
                await channel.SendAsync(new ChannelCloseOk());
            }
            else
            {
                await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
            }
        }
    }

    [TestCase("closed")]
    [TestCase("lost")]
    [TestCase("channels closed before")]
    [TestCase("channels closed by an error")]
    public async Task The_channels_of_a_connection_that_has_ended_are_free_again(string end)
    {
        await SkipOnRabbitMqAsync("RabbitMQ counts a channel for a moment after its end.");
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        await PutAsync($"/user-limits/{user}/max-channels", new { value = 2 });
        var first = await OpenAsync();
        RawChannel[] channels = [await first.OpenChannelAsync(1), await first.OpenChannelAsync(2)];

        if (end == "channels closed before")
            foreach (var channel in channels)
                await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
        else if (end == "channels closed by an error")
            foreach (var channel in channels)
            {
                await channel.SendAsync(new QueueDeclare("none", true, false, false, false, false, FieldTable.Empty));
                await channel.ExpectAsync<ChannelClose>();
            }
        if (end == "lost")
        {
            await first.DisposeAsync();
        }
        else
        {
            await first.SendAsync(0, new ConnectionClose(200, "", 0, 0));
            await first.ExpectAsync<ConnectionCloseOk>(0);
        }

        RawClient? second = null;
        await Eventually.Holds(
            async () =>
            {
                second = await OpenAsync();
                await second.SendAsync(1, new ChannelOpen());
                return (await second.ReceiveAsync(1)).Method == ChannelOpenOk.Id;
            },
            () => "No channel can be opened");
        await second!.OpenChannelAsync(2);
        await second.SendAsync(3, new ChannelOpen());
        await second.ExpectCloseAsync(
            ReplyCode.NotAllowed,
            $"NOT_ALLOWED - number of channels opened for user '{user}' has reached the maximum allowed user limit of (2)");

        async Task<RawClient> OpenAsync()
        {
            var client = await AskToOpenAsync(host, $"{user}:secret");
            await client.ExpectAsync<ConnectionOpenOk>(0);
            return client;
        }
    }

    [Test]
    public async Task Limits_are_set_shown_and_cleared()
    {
        string host = await NewVirtualHostAsync();
        Assert.That((await PutAsync($"/vhost-limits/{host}/max-connections", new { value = 5 })).Code, Is.EqualTo(204));
        Assert.That(
            (await GetAsync($"/vhost-limits/{host}")).Body,
            Is.EqualTo($$$"""[{"vhost":"{{{host}}}","value":{"max-connections":5}}]"""));
        Assert.That((await GetAsync($"/parameters/vhost-limits/{host}/limits")).Body, Does.Contain("""{"max-connections":5}"""));
        Assert.That((await DeleteAsync($"/vhost-limits/{host}/max-connections")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync($"/vhost-limits/{host}")).Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task A_limit_that_is_cleared_leaves_the_others()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("");
        foreach (string limit in new[]
        {
            $"/vhost-limits/{host}/max-connections",
            $"/vhost-limits/{host}/max-queues",
            $"/user-limits/{user}/max-connections",
            $"/user-limits/{user}/max-channels"
        })
            await PutAsync(limit, new { value = limit.Length });
        await DeleteAsync($"/vhost-limits/{host}/max-connections");
        await DeleteAsync($"/user-limits/{user}/max-connections");

        Assert.That(
            (await GetAsync($"/vhost-limits/{host}")).Json[0].GetProperty("value").EnumerateObject().Select(limit => limit.Name),
            Is.EqualTo(new[] { "max-queues" }));
        Assert.That(
            (await GetAsync($"/user-limits/{user}")).Json[0].GetProperty("value").EnumerateObject().Select(limit => limit.Name),
            Is.EqualTo(new[] { "max-channels" }));
    }

    [TestCase("foo", "5", "Unrecognised terms [{<<\"foo\">>,5}] in limits")]
    [TestCase("max-queues", "\"x\"", "max-queues should be a number, actually was <<\"x\">>")]
    public async Task A_limit_that_cannot_be_is_refused(string limit, string value, string text)
    {
        var answer = await PutAsync($"/vhost-limits/{await NewVirtualHostAsync()}/{limit}", $$"""{"value":{{value}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{text}\n")));
    }

    [TestCase("foo", "5", "Unrecognised terms [{<<\"foo\">>,5}] in user-limits")]
    [TestCase("max-channels", "\"x\"", "max-channels should be a number, actually was <<\"x\">>")]
    public async Task A_user_limit_that_cannot_be_is_refused(string limit, string value, string text)
    {
        var answer = await PutAsync($"/user-limits/{await NewUserAsync("")}/{limit}", $$"""{"value":{{value}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, text)));
    }

    [Test]
    public async Task User_limits_are_set_shown_and_cleared()
    {
        string user = await NewUserAsync("");
        Assert.That((await PutAsync($"/user-limits/{user}/max-channels", new { value = 5 })).Code, Is.EqualTo(204));
        Assert.That((await GetAsync($"/user-limits/{user}")).Body, Is.EqualTo($$$"""[{"user":"{{{user}}}","value":{"max-channels":5}}]"""));
        Assert.That((await GetAsync($"/users/{user}")).Body, Does.EndWith("""
            "limits":{"max-channels":5}}
            """));
        Assert.That((await DeleteAsync($"/user-limits/{user}/max-channels")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync($"/users/{user}")).Body, Does.EndWith("""
            "limits":{}}
            """));
    }
}
