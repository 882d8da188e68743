using System.Security.Cryptography;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>
/// Commands of <c>amqpbroker ctl</c> change only the right objects. The tests compare the states that the HTTP API shows before and after.
/// </summary>
public sealed class CtlChangeTests : CliTests
{
    [Test]
    public async Task A_users_tags_and_password_are_changed_one_without_the_other()
    {
        string user = await NewUserAsync("management");
        byte[] salt = [1, 2, 3, 4];
        string hash = Convert.ToBase64String([.. salt, .. SHA512.HashData([.. salt, .. "long"u8])]);
        await PutAsync(
            $"/users/{user}", new { password_hash = hash, hashing_algorithm = "rabbit_password_hashing_sha512", tags = "management" });

        await CtlHereAsync("set_user_tags", user, "monitoring", "policymaker");
        Assert.That((await GetAsync("/whoami", $"{user}:long")).Body, Does.Contain("""["monitoring","policymaker"]"""));
        await CtlHereAsync("change_password", user, "short");
        Assert.That((await GetAsync("/whoami", $"{user}:short")).Body, Does.Contain("""["monitoring","policymaker"]"""));
        Assert.That((await RunHereAsync("ctl", "add_user", user, "third")).ExitCode, Is.EqualTo(70));
        Assert.That((await GetAsync("/whoami", $"{user}:short")).Code, Is.EqualTo(200), "an existing user is not changed");
        await CtlHereAsync("clear_password", user);
        Assert.That(
            (await GetAsync($"/users/{user}")).Json.GetProperty("tags").GetRawText(),
            Is.EqualTo("""["monitoring","policymaker"]"""));
        Assert.That((await GetAsync("/whoami", $"{user}:short")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Permissions_are_cleared_of_the_user_in_the_virtual_host_and_no_others()
    {
        string other = await NewVirtualHostAsync(), user = await NewUserAsync("", Host), another = await NewUserAsync("", Host);
        await PutAsync($"/permissions/{other}/{user}", new { configure = "", write = "", read = "" });
        foreach (string path in new[] { $"/topic-permissions/{Host}/{user}", $"/topic-permissions/{other}/{user}" })
            foreach (string exchange in new[] { "x", "y" })
                await PutAsync(path, new { exchange, write = "", read = "" });

        await CtlHereAsync("clear_permissions", user);
        Assert.That(await CodesAsync("permissions"), Is.EqualTo("404 200 200"));
        Assert.That(await CodesAsync("topic-permissions"), Is.EqualTo("200 200 404"));
        await CtlHereAsync("clear_topic_permissions", user);
        Assert.That(await CodesAsync("topic-permissions"), Is.EqualTo("404 200 404"));
        await CtlHereAsync("clear_permissions", user); // the command also succeeds if the user has no permissions

        async Task<string> CodesAsync(string kind) =>
            $"{(await GetAsync($"/{kind}/{Host}/{user}")).Code} {(await GetAsync($"/{kind}/{other}/{user}")).Code}"
                + $" {(await GetAsync($"/{kind}/{Host}/{another}")).Code}";
    }

    [Test]
    public async Task Policies_and_operators_policies_of_a_name_are_two()
    {
        await CtlHereAsync("set_policy", "p", "^u", """{"max-length":1}""", "--priority", "2", "--apply-to", "exchanges");
        await CtlHereAsync("set_operator_policy", "p", "^o", """{"max-length":3}""", "--priority", "4", "--apply-to", "queues");

        Assert.That((await CtlHereAsync("-s", "list_policies")).Output, Is.EqualTo($"{Host}\tp\t^u\texchanges\t{{\"max-length\":1}}\t2\n"));
        Assert.That(
            (await CtlHereAsync("-s", "list_operator_policies")).Output,
            Is.EqualTo($"{Host}\tp\t^o\tqueues\t{{\"max-length\":3}}\t4\n"));
        await CtlHereAsync("clear_operator_policy", "p");
        Assert.That(
            ((await GetAsync($"/policies/{Host}/p")).Code, (await GetAsync($"/operator-policies/{Host}/p")).Code),
            Is.EqualTo((200, 404)));
        await CtlHereAsync("set_operator_policy", "p", "^o", """{"max-length":3}""");
        await CtlHereAsync("clear_policy", "p");
        Assert.That(
            ((await GetAsync($"/policies/{Host}/p")).Code, (await GetAsync($"/operator-policies/{Host}/p")).Code),
            Is.EqualTo((404, 200)));
    }

    [Test]
    public async Task Parameters_are_those_of_the_virtual_host()
    {
        string other = await NewVirtualHostAsync();
        await PutAsync($"/vhost-limits/{other}/max-queues", new { value = 1 });

        await CtlHereAsync("set_parameter", "vhost-limits", "limits", """{"max-queues":2}""");

        Assert.That((await CtlHereAsync("-s", "list_parameters")).Output, Is.EqualTo("vhost-limits\tlimits\t{\"max-queues\":2}\n"));
        Assert.That((await GetAsync($"/vhost-limits/{Host}")).Body, Does.Contain("""{"max-queues":2}"""));
        await CtlHereAsync("clear_parameter", "vhost-limits", "limits");
        Assert.That((await GetAsync($"/vhost-limits/{Host}")).Json.GetArrayLength(), Is.Zero);
        Assert.That((await GetAsync($"/vhost-limits/{other}")).Body, Does.Contain("""{"max-queues":1}"""));
    }

    [Test]
    public async Task What_is_said_of_a_virtual_host_is_that_and_one_that_is_there_is_not_made_anew()
    {
        string name = NewName("v");
        try
        {
            await CtlHereAsync("add_vhost", name, "--description", "first", "--tags", "a,b", "--default-queue-type", "quorum");
            Assert.That(await DescribeAsync(), Is.EqualTo("""first ["a","b"] "quorum" """));
            await CtlHereAsync("add_vhost", name, "--description", "second", "--tags", "c", "--default-queue-type", "classic");
            Assert.That(await DescribeAsync(), Is.EqualTo("""first ["a","b"] "quorum" """));
            await CtlHereAsync("set_vhost_tags", name, "d", "e");
            Assert.That(await DescribeAsync(), Is.EqualTo("""first ["d","e"] "quorum" """));
            await CtlHereAsync("update_vhost_metadata", name, "--tags", "f", "--default-queue-type", "classic");
            Assert.That(await DescribeAsync(), Is.EqualTo("""first ["f"] "classic" """));
            Assert.That(
                (await CtlHereAsync("-s", "list_vhosts", "name", "tags", "default_queue_type", "description")).Lines,
                Does.Contain($"{name}\t[f]\tclassic\tfirst"));
            await CtlHereAsync("delete_vhost", name);
            Assert.That((await GetAsync($"/vhosts/{name}")).Code, Is.EqualTo(404));
        }
        finally
        {
            await DeleteAsync($"/vhosts/{name}");
        }

        async Task<string> DescribeAsync()
        {
            var host = (await GetAsync($"/vhosts/{name}")).Json;
            return $"{host.GetProperty("description").GetString()} {host.GetProperty("tags").GetRawText()}"
                + $" {host.GetProperty("default_queue_type").GetRawText()} ";
        }
    }

    [Test]
    public async Task A_queue_in_use_is_kept_and_one_that_is_purged_is_empty()
    {
        RawChannel channel = await OpenChannelAsync(Host);
        await channel.DeclareQueueAsync("q");
        await channel.DeclareQueueAsync("full");
        await channel.ConsumeAsync("q");
        await channel.PublishAsync("", "q", "taken");
        await channel.ExpectMessageAsync<BasicDeliver>();
        foreach (string message in new[] { "one", "two" })
            await channel.PublishAsync("", "full", message);
        await channel.ExpectQuietAsync();

        CliRun used = await RunHereAsync("ctl", "-q", "-p", Host, "delete_queue", "q", "-u");
        Assert.That((used.ExitCode, used.Error), Is.EqualTo((64, "Error:\nQueue is in use\n")));
        Assert.That((await GetAsync($"/queues/{Host}/q")).Code, Is.EqualTo(200));
        Assert.That(
            (await CtlHereAsync("-q", "delete_queue", "q")).Output,
            Is.EqualTo("Queue was successfully deleted with 0 ready messages\n"),
            "the message is unacknowledged");
        Assert.That((await GetAsync($"/queues/{Host}/q")).Code, Is.EqualTo(404));
        await CtlHereAsync("purge_queue", "full");
        Assert.That((await CtlHereAsync("-s", "list_queues", "name", "messages")).Output, Is.EqualTo("full\t0\n"));
    }

    [Test]
    public async Task A_quorum_queue_has_this_node_for_leader_and_members()
    {
        await PutAsync(
            $"/queues/{Host}/q", new { durable = true, arguments = new Dictionary<string, string> { ["x-queue-type"] = "quorum" } });
        string node = $"rabbit@{Environment.MachineName}";

        Assert.That(
            (await CtlHereAsync("-s", "list_queues", "type", "leader", "members", "online")).Output,
            Is.EqualTo($"quorum\t{node}\t[{node}]\t[{node}]\n"));
    }

    [Test]
    public async Task What_is_bound_to_an_exchange_is_listed_with_its_kind()
    {
        RawChannel channel = await OpenChannelAsync(Host);
        await channel.BindExchangeAsync("amq.direct", "amq.topic", "k");

        Assert.That(
            (await CtlHereAsync(
                "-s", "list_bindings", "source_name", "destination_name", "destination_kind", "routing_key", "vhost")).Output,
            Is.EqualTo($"amq.topic\tamq.direct\texchange\tk\t{Host}\n"));
    }

    [Test]
    public async Task Definitions_go_to_a_file_and_come_from_one()
    {
        using var folder = new Configuration.TemporaryFolder();
        string file = Path.Combine(folder.Path, "definitions.json");
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        Assert.That(
            (await CtlHereAsync("export_definitions", file)).Output,
            Is.EqualTo($"Exporting definitions in JSON to a file at \"{file}\" ...\n"));
        var exported = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("queues").EnumerateArray();
        Assert.That(exported.Any(queue => queue.GetProperty("vhost").GetString() == Host), Is.True);
        string few = folder.Write(
            "few.json",
            $$"""{"queues":[{"name":"r","vhost":"{{Host}}","durable":true},{"name":"s","vhost":"{{Host}}","durable":true,"arguments":{"x-queue-type":"stream"} }]}""");
        CliRun imported = await RunHereAsync("ctl", "-q", "import_definitions", few);
        Assert.That(
            (imported.ExitCode, imported.Output, imported.Error),
            Is.EqualTo((0, "", $"Warning: left out queue 's' in vhost '{Host}': this broker has no streams\n")));
        Assert.That((await GetAsync($"/queues/{Host}/r")).Code, Is.EqualTo(200));
        string nowhere = folder.Write("nowhere.json", """{"queues":[{"name":"r","vhost":"nope","durable":true}]}""");
        CliRun refused = await RunHereAsync("ctl", "-q", "import_definitions", nowhere);
        Assert.That((refused.ExitCode, refused.Error), Is.EqualTo((65, "Virtual host 'nope' does not exist\n")));
    }
}
