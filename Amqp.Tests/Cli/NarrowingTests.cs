using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>An argument or option can restrict a command to some resources. All other resources must stay unchanged.</summary>
public sealed class NarrowingTests : CliTests
{
    [Test]
    public async Task All_connections_of_a_virtual_host_are_closed_and_no_others()
    {
        RawChannel one = await OpenChannelAsync(Host),
            two = await OpenChannelAsync(Host),
            elsewhere = await OpenChannelAsync(await NewVirtualHostAsync());

        Assert.That((await HereAsync("close", "--all", "--vhost", Host, "--reason", "why")).Output, Is.EqualTo("Closed 2 connections.\n"));

        foreach (RawChannel channel in new[] { one, two })
            await channel.Client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - why");
        await elsewhere.ExpectQuietAsync();
    }

    [Test]
    public async Task All_connections_of_a_user_are_closed_and_no_others()
    {
        string user = await NewUserAsync("", Host);
        RawClient one = await ConnectAsAsync(Host, user), two = await ConnectAsAsync(Host, user);
        RawChannel another = await OpenChannelAsync(Host);

        Assert.That((await HereAsync("close", "--of-user", user, "--reason", "why")).Output, Is.EqualTo("Closed 2 connections.\n"));

        foreach (RawClient client in new[] { one, two })
            await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - why");
        await another.ExpectQuietAsync();
    }

    [Test]
    public async Task Of_a_users_connections_those_to_one_virtual_host_are_closed()
    {
        string other = await NewVirtualHostAsync(), user = await NewUserAsync("", Host);
        await PutAsync($"/permissions/{other}/{user}", new { configure = "", write = "", read = "" });
        RawClient here = await ConnectAsAsync(Host, user), there = await ConnectAsAsync(other, user);

        Assert.That((await HereAsync("close", "--of-user", user, "--vhost", Host, "--reason", "why")).Output, Does.StartWith("Closed '"));

        await here.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - why");
        await there.OpenChannelAsync();
    }

    [Test]
    public async Task Ctl_closes_the_connections_of_the_virtual_host_as_many_as_it_is_told()
    {
        RawChannel elsewhere = await OpenChannelAsync(await NewVirtualHostAsync());
        Task[] closed = [BeClosedAsync((await OpenChannelAsync(Host)).Client), BeClosedAsync((await OpenChannelAsync(Host)).Client)];

        Assert.That(
            (await CtlHereAsync("close_all_connections", "--limit", "1", "why")).Output,
            Is.EqualTo($"Closing 1 connections in vhost {Host}, reason: why...\nClosed 1 connections\n"));
        await Eventually.Holds(
            async () => (await GetAsync($"/vhosts/{Host}/connections")).Json.GetArrayLength() == 1,
            () => "a wrong number of connections is left");
        Assert.That(
            (await CtlHereAsync("close_all_connections", "why")).Output,
            Is.EqualTo($"Closing all connections in vhost {Host}, reason: why...\nClosed 1 connections\n"));

        await Task.WhenAll(closed);
        await elsewhere.ExpectQuietAsync();

        static async Task BeClosedAsync(RawClient client)
        {
            await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - why");
            await client.SendAsync(0, new ConnectionCloseOk());
        }
    }

    [Test]
    public async Task Ctl_closes_the_connections_of_a_user_and_no_others()
    {
        string user = await NewUserAsync("", Host);
        RawClient client = await ConnectAsAsync(Host, user);
        RawChannel another = await OpenChannelAsync(Host);

        Assert.That((await CtlHereAsync("-q", "close_all_user_connections", user, "why")).ExitCode, Is.Zero);

        await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - why");
        await another.ExpectQuietAsync();
    }

    [TestCase("connections", "vhost")]
    [TestCase("channels", "vhost")]
    [TestCase("consumers", "queue.vhost")]
    [TestCase("exchanges", "vhost")]
    [TestCase("bindings", "vhost")]
    [TestCase("queues", "vhost")]
    [TestCase("permissions", "vhost")]
    [TestCase("policies", "vhost")]
    public async Task A_list_of_a_virtual_host_holds_what_is_in_it_and_nothing_else(string kind, string field)
    {
        string other = await NewVirtualHostAsync();
        foreach (string host in new[] { Host, other })
        {
            RawChannel channel = await OpenChannelAsync(host);
            await channel.DeclareQueueAsync("q");
            await channel.ConsumeAsync("q");
            await PutAsync($"/policies/{host}/p", new { pattern = "a", definition = new { expires = 100_000 } });
        }

        string[] ofOne = (await HereAsync(kind, "-p", Host, "--columns", field)).Lines[1..],
            ofAll = (await HereAsync(kind, "--columns", field)).Lines;

        Assert.That(ofOne, Is.Not.Empty.And.All.EqualTo(Host));
        Assert.That(ofAll, Does.Contain(Host).And.Contain(other));
    }

    [Test]
    public async Task Operators_policies_are_set_listed_and_deleted_apart_from_those_of_users()
    {
        await HereAsync("policies", "declare", "p", "^u", "max-length=1", "-p", Host, "--priority", "2");
        await HereAsync(
            "policies", "declare", "p", "^o", "max-length=2", "-p", Host, "--priority", "3", "--apply-to", "queues", "--operator");

        Assert.That(
            (await GetAsync($"/policies/{Host}/p")).Body,
            Is.EqualTo($$"""{"vhost":"{{Host}}","name":"p","pattern":"^u","apply-to":"all","definition":{"max-length":1},"priority":2}"""));
        Assert.That((await GetAsync($"/operator-policies/{Host}/p")).Body, Is.EqualTo(
            $$"""{"vhost":"{{Host}}","name":"p","pattern":"^o","apply-to":"queues","definition":{"max-length":2},"priority":3}"""));
        Assert.That((await HereAsync("policies", "-p", Host, "--columns", "pattern")).Lines, Is.EqualTo(new[] { "pattern", "^u" }));
        Assert.That(
            (await HereAsync("policies", "-p", Host, "--columns", "pattern", "--operator")).Lines,
            Is.EqualTo(new[] { "pattern", "^o" }));
        await HereAsync("policies", "delete", "p", "-p", Host, "--operator");
        Assert.That(
            ((await GetAsync($"/policies/{Host}/p")).Code, (await GetAsync($"/operator-policies/{Host}/p")).Code),
            Is.EqualTo((200, 404)));
    }

    [Test]
    public async Task Topic_permissions_are_set_and_cleared_exchange_by_exchange()
    {
        string user = await NewUserAsync("", Host);
        foreach (string exchange in new[] { "x", "y" })
            await HereAsync(
                "permissions", "set", user, "-p", Host, "--topic", exchange, "--write", $"w{exchange}", "--read", $"r{exchange}");

        Assert.That(
            (await HereAsync("permissions", "-p", Host, "--topic", "--columns", "user,exchange,write,read")).Lines[1..]
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            Is.EqualTo(new[]
            {
                new[] { user, "x", "wx", "rx" },
                [user, "y", "wy", "ry"],
            }));
        await HereAsync("permissions", "clear", user, "-p", Host, "--topic", "x");
        Assert.That((await GetAsync($"/topic-permissions/{Host}/{user}")).Column("exchange"), Is.EqualTo(new[] { "y" }));
        Assert.That(
            (await GetAsync($"/permissions/{Host}/{user}")).Json.GetProperty("write").GetString(),
            Is.EqualTo(".*"),
            "the permissions on names are unchanged");
        await CtlHereAsync("set_topic_permissions", user, "x", "", "");
        await CtlHereAsync("clear_topic_permissions", user, "y");
        Assert.That((await GetAsync($"/topic-permissions/{Host}/{user}")).Column("exchange"), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public async Task A_queue_is_deleted_only_while_it_is_empty_or_only_while_it_is_unused()
    {
        RawChannel channel = await OpenChannelAsync(Host);
        foreach (string queue in new[] { "full", "used" })
            await channel.DeclareQueueAsync(queue);
        await channel.PublishAsync("", "full", "x");
        await channel.ConsumeAsync("used");
        async Task<int> DeleteQueueAsync(string queue, string condition) =>
            (await RunHereAsync("queues", "delete", queue, "-p", Host, condition)).ExitCode;

        Assert.That((await DeleteQueueAsync("full", "--if-empty"), await DeleteQueueAsync("used", "--if-unused")), Is.EqualTo((65, 65)));
        Assert.That((await DeleteQueueAsync("full", "--if-unused"), await DeleteQueueAsync("used", "--if-empty")), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Watch_shows_the_queues_that_are_asked_for()
    {
        foreach (string queue in new[] { "one", "two" })
            await PutAsync($"/queues/{Host}/{queue}", new { durable = true });

        CliRun run = await HereAsync("watch", "-p", Host, "--interval", "0.1", "--count", "1", "--filter", "name=two");

        Assert.That(
            run.Lines[1..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]),
            Is.EqualTo(new[] { new[] { Host, "two" } }));
    }

    [Test]
    public async Task One_limit_of_a_user_is_cleared_and_the_others_stay()
    {
        string user = await NewUserAsync("");
        await CtlHereAsync("set_user_limits", user, """{"max-channels":3,"max-connections":4}""");
        await CtlHereAsync("set_vhost_limits", """{"max-queues":5}""");

        await CtlHereAsync("clear_user_limits", user, "max-channels");

        Assert.That((await CtlHereAsync("-q", "list_user_limits", "--user", user)).Output, Is.EqualTo("{\"max-connections\":4}\n"));
        Assert.That((await CtlHereAsync("-q", "list_user_limits", "--global")).Lines, Does.Contain($"{user}\t{{\"max-connections\":4}}"));
        Assert.That((await CtlHereAsync("-q", "list_vhost_limits", "--global")).Lines, Does.Contain($"{Host}\t{{\"max-queues\":5}}"));
    }

    [Test]
    public async Task What_is_not_said_of_a_virtual_host_stays_when_something_else_is()
    {
        string name = await NewVirtualHostAsync(new { description = "old", tags = "a,b" });

        Assert.That((await CtlHereAsync("-q", "update_vhost_metadata", name, "--description", "new")).ExitCode, Is.Zero);

        var host = (await GetAsync($"/vhosts/{name}")).Json;
        Assert.That(
            (host.GetProperty("description").GetString(), host.GetProperty("tags").GetRawText()),
            Is.EqualTo(("new", """["a","b"]""")));
    }

    private async Task<RawClient> ConnectAsAsync(string host, string user)
    {
        RawClient client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        return client;
    }
}
