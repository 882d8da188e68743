using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class AccessApiTests : ApiTests
{
    [Test]
    public async Task A_virtual_host_is_described_and_deleted()
    {
        string name = await NewVirtualHostAsync(), path = $"/vhosts/{name}";

        Assert.That((await PutAsync(path, new { description = "d", tags = "a,b" })).Code, Is.EqualTo(204));
        var host = (await GetAsync(path)).Json;
        Assert.That(
            (host.GetProperty("description").GetString(), host.GetProperty("tags").GetRawText()),
            Is.EqualTo(("d", """["a","b"]""")));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Queues_get_their_virtual_hosts_default_type()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has this since 3.11.");
        string host = await NewVirtualHostAsync(new { default_queue_type = "quorum" });
        var channel = await OpenChannelAsync(host);

        await channel.DeclareQueueAsync("durable", durable: true);
        await channel.DeclareQueueAsync("durable", durable: true);
        await channel.DeclareExclusiveQueueAsync("exclusive");

        await PutAsync($"/vhosts/{host}", new { default_queue_type = "classic" });
        // the declaration is equivalent to the first one, although the default queue type has changed
        await channel.DeclareQueueAsync("durable", durable: true);

        Assert.That((await GetAsync($"/queues/{host}/durable")).Json.GetProperty("type").GetString(), Is.EqualTo("quorum"));
        Assert.That((await GetAsync($"/queues/{host}/exclusive")).Json.GetProperty("type").GetString(), Is.EqualTo("classic"));
    }

    [Test]
    public async Task A_user_is_made_changed_shown_and_deleted()
    {
        string name = await NewUserAsync("management,x"), path = $"/users/{name}";

        var user = (await GetAsync(path)).Json;
        Assert.That(
            (
                user.GetProperty("name").GetString(),
                user.GetProperty("tags").GetRawText(),
                user.GetProperty("hashing_algorithm").GetString()),
            Is.EqualTo((name, """["management","x"]""", "rabbit_password_hashing_sha256")));
        Assert.That((await GetAsync("/whoami", $"{name}:secret")).Body, Is.EqualTo($$"""{"name":"{{name}}","tags":["management","x"]}"""));
        Assert.That((await PutAsync(path, new { password = "other", tags = "management" })).Code, Is.EqualTo(204));
        Assert.That((await GetAsync("/whoami", $"{name}:secret")).Code, Is.EqualTo(401));
        Assert.That((await GetAsync("/whoami", $"{name}:other")).Code, Is.EqualTo(200));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_user_moves_by_the_hash_of_the_password()
    {
        string one = await NewUserAsync("management"), other = await NewUserAsync("");
        string hash = (await GetAsync($"/users/{one}")).Json.GetProperty("password_hash").GetString()!;

        await PutAsync($"/users/{other}", new { password_hash = hash, tags = "management" });

        Assert.That((await GetAsync("/whoami", $"{other}:secret")).Code, Is.EqualTo(200));
    }

    [TestCase("""{"password":"p"}""", "tags_not_present")]
    [TestCase("""{"password_hash":"zz","tags":""}""", "not_base64 zz")]
    public async Task A_user_that_cannot_be_is_refused(string body, string reason)
    {
        var answer = await PutAsync($"/users/{NewName("u")}", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [Test]
    public async Task Permissions_are_given_shown_and_taken()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync(""), path = $"/permissions/{host}/{user}";
        string expected = $$"""{"user":"{{user}}","vhost":"{{host}}","configure":"^a","write":".*","read":""}""";

        Assert.That((await PutAsync(path, new { configure = "^a", write = ".*", read = "" })).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, new { configure = "^a", write = ".*", read = "" })).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Body, Is.EqualTo(expected));
        Assert.That((await GetAsync($"/users/{user}/permissions")).Body, Is.EqualTo($"[{expected}]"));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Topic_permissions_are_given_shown_and_taken()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync(""), path = $"/topic-permissions/{host}/{user}";

        Assert.That((await PutAsync(path, new { exchange = "amq.topic", write = ".*", read = "^a" })).Code, Is.EqualTo(201));
        Assert.That(
            (await GetAsync(path)).Body,
            Is.EqualTo($$"""[{"user":"{{user}}","vhost":"{{host}}","exchange":"amq.topic","write":".*","read":"^a"}]"""));
        Assert.That((await DeleteAsync($"{path}/amq.topic")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Topic_permissions_of_one_exchange_are_taken_and_those_of_others_stay()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync(""), path = $"/topic-permissions/{host}/{user}";
        foreach (string exchange in new[] { "amq.topic", "x", "y" })
            await PutAsync(path, new { exchange, write = "", read = "" });

        Assert.That((await DeleteAsync($"{path}/x")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Column("exchange"), Is.EqualTo(new[] { "amq.topic", "y" }));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Users_are_deleted_together_or_none_of_them()
    {
        string one = await NewUserAsync(""), other = await NewUserAsync("");

        var refused = await PostAsync("/users/bulk-delete", new { users = new[] { one, NewName("u"), other } });

        Assert.That(
            (refused.Code, (await GetAsync($"/users/{one}")).Code, (await GetAsync($"/users/{other}")).Code),
            Is.EqualTo((400, 200, 200)));
        Assert.That((await PostAsync("/users/bulk-delete", new { users = new[] { one, other } })).Code, Is.EqualTo(204));
        Assert.That(((await GetAsync($"/users/{one}")).Code, (await GetAsync($"/users/{other}")).Code), Is.EqualTo((404, 404)));
    }

    [Test]
    public async Task Users_without_permissions_are_listed_until_they_get_one()
    {
        string host = await NewVirtualHostAsync(), without = await NewUserAsync(""), with = await NewUserAsync("", host);
        Assert.That((await GetAsync("/users/without-permissions")).Column("name"), Does.Contain(without).And.Not.Contain(with));

        await PutAsync($"/permissions/{host}/{without}", new { configure = "", write = "", read = "" });

        Assert.That((await GetAsync("/users/without-permissions")).Column("name"), Does.Not.Contain(without));
    }

    [Test]
    public async Task Permissions_of_a_user_or_of_a_virtual_host_are_no_others()
    {
        string[] hosts = [await NewVirtualHostAsync(), await NewVirtualHostAsync()],
            users = [await NewUserAsync(""), await NewUserAsync("")];
        foreach (string host in hosts)
            foreach (string user in users)
            {
                await DeleteAsync($"/permissions/{host}/guest");
                Assert.That(
                    (await PutAsync($"/permissions/{host}/{user}", new { configure = "", write = "", read = $"{host}-{user}" })).Code,
                    Is.EqualTo(201));
                Assert.That(
                    (await PutAsync(
                        $"/topic-permissions/{host}/{user}", new { exchange = "amq.topic", write = "", read = $"{host}-{user}" })).Code,
                    Is.EqualTo(201));
            }
        var (one, jo) = (hosts[0], users[0]);

        Assert.That((await GetAsync($"/permissions/{one}/{jo}")).Json.GetProperty("read").GetString(), Is.EqualTo($"{one}-{jo}"));
        Assert.That((await GetAsync($"/topic-permissions/{one}/{jo}")).Column("read"), Is.EqualTo(new[] { $"{one}-{jo}" }));
        foreach (string kind in new[] { "permissions", "topic-permissions" })
        {
            Assert.That(
                (await GetAsync($"/users/{jo}/{kind}")).Column("read"), Is.EquivalentTo(hosts.Select(host => $"{host}-{jo}")), kind);
            Assert.That(
                (await GetAsync($"/vhosts/{one}/{kind}")).Column("read"), Is.EquivalentTo(users.Select(user => $"{one}-{user}")), kind);
            Assert.That(
                (await GetAsync($"/{kind}")).Column("read"),
                Is.SupersetOf(hosts.SelectMany(host => users, (host, user) => $"{host}-{user}")),
                kind);
        }
    }

    [Test]
    public async Task A_virtual_host_keeps_what_a_change_does_not_name()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has this since 4.1.");
        string host = await NewVirtualHostAsync(new { description = "d", tags = "a,b", default_queue_type = "quorum" }),
            path = $"/vhosts/{host}";

        foreach (var (method, address, body, isProtected) in new (HttpMethod, string, object?, bool)[]
                 {
                     (HttpMethod.Post, $"{path}/deletion/protection", null, true),
                     (HttpMethod.Put, path, new { }, true),
                     (HttpMethod.Delete, $"{path}/deletion/protection", null, false),
                     (HttpMethod.Put, path, new { }, false),
                 })
        {
            Assert.That((await SendAsync(method, address, body)).Code, Is.EqualTo(204));
            var shown = (await GetAsync(path)).Json;
            Assert.That(
                (
                    shown.GetProperty("description").GetString(),
                    shown.GetProperty("tags").GetRawText(),
                    shown.GetProperty("default_queue_type").GetString(),
                    shown.GetProperty("protected_from_deletion").GetBoolean()),
                Is.EqualTo(("d", """["a","b"]""", "quorum", isProtected)));
        }
    }

    [Test]
    public async Task Who_makes_a_virtual_host_may_use_it()
    {
        string administrator = await NewUserAsync("administrator"), host = NewName("v");

        Assert.That((await PutAsync($"/vhosts/{host}", new { }, $"{administrator}:secret")).Code, Is.EqualTo(201));
        var permissions = await GetAsync($"/vhosts/{host}/permissions");
        await DeleteAsync($"/vhosts/{host}");

        Assert.That(
            permissions.Body,
            Is.EqualTo($$"""[{"user":"{{administrator}}","vhost":"{{host}}","configure":".*","write":".*","read":".*"}]"""));
    }

    [TestCase("""{"configure":"","write":""}""", "[{key_missing,read}]")]
    public async Task Permissions_that_cannot_be_are_refused(string body, string reason)
    {
        var answer = await PutAsync($"/permissions/{await NewVirtualHostAsync()}/{await NewUserAsync("")}", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [Test]
    public async Task Permissions_need_a_user()
    {
        var answer = await PutAsync(
            $"/permissions/{await NewVirtualHostAsync()}/{NewName("u")}", new { configure = "", write = "", read = "" });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "vhost_or_user_not_found")));
    }
}
