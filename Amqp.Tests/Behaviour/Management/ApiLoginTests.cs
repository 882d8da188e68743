using System.Net.Http.Headers;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class ApiLoginTests : ApiTests
{
    [TestCase("", "")]
    [TestCase("guest:wrong", """{"error":"not_authorized","reason":"Login failed"}""")]
    [TestCase("nobody:guest", """{"error":"not_authorized","reason":"Login failed"}""")]
    public async Task Who_cannot_log_in_is_asked_to(string login, string body)
    {
        var answer = await GetAsync("/overview", login);

        Assert.That((answer.Code, answer.Body), Is.EqualTo((401, body)));
        Assert.That(
            answer.Message.Headers.WwwAuthenticate,
            Is.EqualTo(new[] { AuthenticationHeaderValue.Parse("Basic realm=\"RabbitMQ Management\"") }));
    }

    [Test]
    public async Task Who_has_no_tag_is_refused()
    {
        string user = await NewUserAsync("");

        var answer = await GetAsync("/whoami", $"{user}:secret");

        Assert.That(answer.Code, Is.EqualTo(401));
        Assert.That(answer.Reason, Does.StartWith("Not"));
    }

    [TestCase("/nodes", "Not monitor user")]
    [TestCase("/users", "Not administrator user")]
    [TestCase("/permissions", "Not administrator user")]
    [TestCase("/definitions", "Not administrator user")]
    [TestCase("/queues/%2F", "User not authorised to access virtual host")]
    [TestCase("/parameters", "User not authorised to access object")]
    public async Task The_tag_management_does_not_open_everything(string path, string reason)
    {
        string user = await NewUserAsync("management");

        var answer = await GetAsync(path, $"{user}:secret");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((401, reason)));
    }

    [Test]
    public async Task Lists_hold_what_the_user_may_see()
    {
        string mine = await NewVirtualHostAsync(), other = await NewVirtualHostAsync(), user = await NewUserAsync("management", mine);
        await PutAsync($"/queues/{mine}/q", new { });
        await PutAsync($"/queues/{other}/q", new { });

        Assert.That((await GetAsync("/vhosts", $"{user}:secret")).Column("name"), Is.EqualTo(new[] { mine }));
        Assert.That((await GetAsync("/queues", $"{user}:secret")).Column("vhost"), Is.EqualTo(new[] { mine }));
    }

    [Test]
    public async Task Who_does_not_monitor_sees_own_connections_and_what_is_in_the_virtual_hosts_with_a_permission()
    {
        await SkipOnRabbitMqAsync("RabbitMQ shows counts some seconds later.");
        string mine = await NewVirtualHostAsync(),
            other = await NewVirtualHostAsync(),
            user = await NewUserAsync("management", mine),
            login = $"{user}:secret";
        var own = await AskToOpenAsync(mine, login);
        await own.ExpectAsync<ConnectionOpenOk>(0);
        var first = await own.OpenChannelAsync(1);
        await own.OpenChannelAsync(2);
        var beside = await OpenChannelAsync(mine);
        var elsewhere = await OpenChannelAsync(other);
        foreach (string queue in new[] { "a", "b", "c", "d" })
            await beside.DeclareQueueAsync(queue);
        await elsewhere.DeclareQueueAsync("e");
        await beside.DeclareExchangeAsync("x", "fanout");
        for (int i = 0; i < 6; i++)
            await first.PublishAsync("", "d");
        await first.GetAsync("d", noAck: false);
        await first.GetAsync("d", noAck: false);
        await elsewhere.PublishAsync("", "e");
        await elsewhere.ExpectQuietAsync();
        foreach (string queue in new[] { "a", "b", "c" })
            await beside.ConsumeAsync(queue, $"of {queue}");
        await elsewhere.ConsumeAsync("e", "of e");

        var overview = (await GetAsync("/overview", login)).Json;
        string name = (await GetAsync("/connections", login)).Column("name").Single()!;

        Assert.That(
            overview.GetProperty("object_totals").GetRawText(),
            Is.EqualTo("""{"channels":2,"connections":1,"consumers":3,"exchanges":8,"queues":4}"""));
        Assert.That(
            new[] { "messages", "messages_ready", "messages_unacknowledged" }.Select(
                field => overview.GetProperty("queue_totals").GetProperty(field).GetInt32()),
            Is.EqualTo(new[] { 6, 4, 2 }));
        Assert.That(
            new[] { "publish", "get" }.Select(field => overview.GetProperty("message_stats").GetProperty(field).GetInt32()),
            Is.EqualTo(new[] { 6, 2 }));
        Assert.That((await GetAsync("/connections", login)).Column("user"), Is.EqualTo(new[] { user }));
        Assert.That((await GetAsync("/channels", login)).Column("name"), Is.EquivalentTo(new[] { $"{name} (1)", $"{name} (2)" }));
        Assert.That((await GetAsync($"/vhosts/{mine}/connections", login)).Column("user"), Is.EqualTo(new[] { user }));
        Assert.That((await GetAsync("/consumers", login)).Column("consumer_tag"), Is.EquivalentTo(new[] { "of a", "of b", "of c" }));
        Assert.That(
            (await GetAsync($"/connections/{Uri.EscapeDataString(name)}/channels")).Column("name"),
            Is.EquivalentTo(new[] { $"{name} (1)", $"{name} (2)" }));
    }

    [Test]
    public async Task A_policymaker_makes_policies_and_a_manager_does_not()
    {
        string host = await NewVirtualHostAsync(),
            maker = await NewUserAsync("policymaker", host),
            manager = await NewUserAsync("management", host);
        var policy = new { pattern = "^x", definition = new { expires = 5 } };

        Assert.That((await PutAsync($"/policies/{host}/p", policy, $"{manager}:secret")).Code, Is.EqualTo(401));
        Assert.That((await PutAsync($"/policies/{host}/p", policy, $"{maker}:secret")).Code, Is.EqualTo(201));
    }
}
