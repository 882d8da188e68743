namespace Amqp.Tests.Behaviour.Management;

public class DefinitionTests : ApiTests
{
    [Test]
    public async Task A_virtual_host_is_copied_by_its_definitions()
    {
        string from = await NewVirtualHostAsync(), to = await NewVirtualHostAsync();
        await PutAsync($"/queues/{from}/q", """{"durable":true,"arguments":{"x-max-length":5}}""");
        await PutAsync($"/exchanges/{from}/x", """{"type":"topic","durable":true}""");
        await PostAsync($"/bindings/{from}/e/x/q/q", """{"routing_key":"k.#","arguments":{"a":1}}""");
        await PutAsync($"/policies/{from}/p", """{"pattern":"^q","definition":{"max-length":7},"priority":3,"apply-to":"queues"}""");
        await PutAsync($"/operator-policies/{from}/o", """{"pattern":"^q","definition":{"max-length":6}}""");

        string exported = (await GetAsync($"/definitions/{from}")).Body;
        var imported = await PostAsync($"/definitions/{to}", exported);

        Assert.That(imported.Code, Is.EqualTo(204), imported.Body);
        Assert.That((await GetAsync($"/queues/{to}/q?columns=durable,arguments")).Body, Is.EqualTo("""{"arguments":{"x-max-length":5},"durable":true}""").Or.EqualTo("""{"durable":true,"arguments":{"x-max-length":5}}"""));
        Assert.That((await GetAsync($"/exchanges/{to}/x?columns=type")).Body, Is.EqualTo("""{"type":"topic"}"""));
        Assert.That((await GetAsync($"/bindings/{to}/e/x/q/q")).Column("routing_key"), Is.EqualTo(new[] { "k.#" }));
        Assert.That((await GetAsync($"/policies/{to}/p")).Json.GetProperty("priority").GetInt32(), Is.EqualTo(3));
        Assert.That((await GetAsync($"/operator-policies/{to}/o")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task The_whole_brokers_definitions_hold_users_permissions_and_virtual_hosts()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("management", host);
        await PutAsync($"/queues/{host}/q", """{"durable":true}""");
        await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 9 });

        var all = (await GetAsync("/definitions")).Json;

        Assert.That(Names("users", "name"), Has.Member(user));
        Assert.That(Names("vhosts", "name"), Has.Member(host));
        Assert.That(Names("permissions", "user"), Has.Member(user));
        Assert.That(Names("queues", "vhost"), Has.Member(host));
        Assert.That(Names("parameters", "vhost"), Has.Member(host));

        IEnumerable<string?> Names(string kind, string field) => all.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty(field).GetString());
    }

    [Test]
    public async Task Import_adds_and_changes_what_is_named()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("");
        var answer = await PostAsync("/definitions", $$$"""
            {"users":[{"name":"{{{user}}}","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","tags":["monitoring"],"limits":{"max-channels":3}}],
             "vhosts":[{"name":"{{{host}}}"}],
             "permissions":[{"user":"{{{user}}}","vhost":"{{{host}}}","configure":"a","write":"b","read":"c"}],
             "parameters":[{"component":"vhost-limits","vhost":"{{{host}}}","name":"limits","value":{"max-queues":4}}],
             "queues":[{"name":"q","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}}],
             "exchanges":[],"bindings":[{"source":"amq.topic","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"k","arguments":{}}]}
            """);

        Assert.That(answer.Code, Is.EqualTo(204), answer.Body);
        Assert.That((await GetAsync($"/users/{user}")).Json.GetProperty("limits").GetRawText(), Is.EqualTo("""{"max-channels":3}"""));
        Assert.That((await GetAsync($"/permissions/{host}/{user}")).Json.GetProperty("read").GetString(), Is.EqualTo("c"));
        Assert.That((await GetAsync($"/vhost-limits/{host}")).Body, Does.Contain("""{"max-queues":4}"""));
        Assert.That((await GetAsync($"/bindings/{host}/e/amq.topic/q/q")).Column("routing_key"), Is.EqualTo(new[] { "k" }));
    }

    [TestCase("{", "failed_to_parse_json")]
    [TestCase("""{"queues":[{"name":"a"}]}""", "no_such_vhost undefined")]
    [TestCase("""{"users":[{"name":"ab"}]}""", "tags_not_present")]
    public async Task Definitions_that_cannot_be_are_refused(string body, string reason)
    {
        var answer = await PostAsync("/definitions", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }
}
