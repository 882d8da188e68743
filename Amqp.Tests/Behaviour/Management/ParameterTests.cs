namespace Amqp.Tests.Behaviour.Management;

public class ParameterTests : ApiTests
{
    [Test]
    public async Task A_component_that_is_not_there_is_refused()
    {
        var answer = await PutAsync($"/parameters/foo/{await NewVirtualHostAsync()}/x", new { value = 1 });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "Validation failed\n\ncomponent foo not found\n")));
    }

    [Test]
    public async Task Policies_are_no_parameters()
    {
        var answer = await PutAsync($"/parameters/policy/{await NewVirtualHostAsync()}/x", new { value = new { pattern = "a" } });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "policies may not be set using this method")));
    }

    [Test]
    public async Task Operator_policies_are_parameters()
    {
        string host = await NewVirtualHostAsync(), path = $"/parameters/operator_policy/{host}/o";
        const string policy = """{"value":{"pattern":"a","definition":{"max-length":1},"priority":0,"apply-to":"queues"}}""";

        Assert.That((await PutAsync(path, policy)).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, policy)).Code, Is.EqualTo(204));
        Assert.That((await GetAsync($"/operator-policies/{host}/o")).Json.GetProperty("pattern").GetString(), Is.EqualTo("a"));
        var refused = await PutAsync(path, new { value = 5 });
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((400, "Validation failed\n\no not a list 5\n")));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
        Assert.That((await GetAsync($"/operator-policies/{host}/o")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Operator_policies_are_the_administrators_by_this_address_too()
    {
        await SkipOnRabbitMqAsync("RabbitMQ lets a policymaker change operator policies at this address.");
        string host = await NewVirtualHostAsync(),
            user = await NewUserAsync("policymaker", host),
            path = $"/parameters/operator_policy/{host}/o";
        await PutAsync($"/operator-policies/{host}/o", """{"pattern":"a","definition":{"max-length":1}}""");

        Assert.That(
            (await PutAsync(
                path,
                """{"value":{"pattern":"b","definition":{"max-length":9},"priority":0,"apply-to":"queues"}}""",
                $"{user}:secret")).Code,
            Is.EqualTo(401));
        Assert.That((await DeleteAsync(path, $"{user}:secret")).Code, Is.EqualTo(401));
        Assert.That((await GetAsync($"/operator-policies/{host}/o")).Json.GetProperty("pattern").GetString(), Is.EqualTo("a"));
    }

    [Test]
    public async Task Every_broker_has_a_name_of_its_own()
    {
        Assert.That((await GetAsync("/global-parameters")).Column("name"), Has.Member("internal_cluster_id"));
        Assert.That(
            (await GetAsync("/global-parameters/internal_cluster_id")).Json.GetProperty("value").GetString(),
            Does.Match("^rabbitmq-cluster-id-[-_0-9A-Za-z]{22}$"));
    }

    [TestCase("/vhosts//name")]
    [TestCase("/users//permissions")]
    [TestCase("/nothing")]
    public async Task What_is_nowhere_can_only_be_looked_for(string path)
    {
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
        Assert.That((await PutAsync(path, new { })).Code, Is.EqualTo(405));
        Assert.That((await PostAsync(path, new { })).Code, Is.EqualTo(405));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(405));
    }

    [Test]
    public async Task A_parameter_without_a_value_is_refused()
    {
        var answer = await PutAsync($"/parameters/foo/{await NewVirtualHostAsync()}/x", new { });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "[{key_missing,value}]")));
    }

    [Test]
    public async Task A_parameter_is_made_shown_and_deleted()
    {
        string host = await NewVirtualHostAsync(), path = $"/parameters/vhost-limits/{host}/limits";

        Assert.That((await PutAsync(path, """{"value":{"max-queues":3}}""")).Code, Is.EqualTo(201));
        string expected = $$$"""{"value":{"max-queues":3},"vhost":"{{{host}}}","component":"vhost-limits","name":"limits"}""";
        Assert.That((await GetAsync(path)).Body, Is.EqualTo(expected));
        Assert.That((await GetAsync($"/parameters/vhost-limits/{host}")).Body, Is.EqualTo($"[{expected}]"));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Parameters_are_those_of_the_component_and_of_virtual_hosts_that_are_seen_and_policies_only_where_they_are_asked_for()
    {
        string mine = await NewVirtualHostAsync(),
            other = await NewVirtualHostAsync(),
            login = $"{await NewUserAsync("policymaker", mine)}:secret";
        foreach (string host in new[] { mine, other })
        {
            await PutAsync($"/policies/{host}/both", new { pattern = "^users", definition = new { expires = 60_000 } });
            await PutAsync($"/operator-policies/{host}/both", new { pattern = "^operators", definition = new { expires = 60_000 } });
            await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 9 });
        }

        Assert.That(
            await ListAsync("/parameters"),
            Is.EquivalentTo(new[] { $"{mine} vhost-limits limits", $"{mine} operator_policy both" }));
        foreach (var (component, name) in new[] { ("vhost-limits", "limits"), ("operator_policy", "both"), ("policy", "both") })
        {
            Assert.That(await ListAsync($"/parameters/{component}"), Is.EqualTo(new[] { $"{mine} {component} {name}" }));
            Assert.That((await GetAsync($"/parameters/{component}/{other}")).Column("vhost"), Is.EqualTo(new[] { other }));
        }
        foreach (var (component, pattern) in new[] { ("policy", "^users"), ("operator_policy", "^operators") })
            Assert.That(
                (await GetAsync($"/parameters/{component}/{mine}/both")).Json.GetProperty("value").GetProperty("pattern").GetString(),
                Is.EqualTo(pattern));
        Assert.That((await GetAsync($"/parameters/vhost-limits/{mine}/both")).Code, Is.EqualTo(404));

        async Task<IEnumerable<string>> ListAsync(string path) => (await GetAsync(path, login)).Json.EnumerateArray().Select(parameter =>
            $"{parameter.GetProperty("vhost").GetString()} {parameter.GetProperty("component").GetString()}"
                + $" {parameter.GetProperty("name").GetString()}");
    }

    [Test]
    public async Task A_global_parameter_is_made_changed_shown_and_deleted()
    {
        string name = NewName("g"), path = $"/global-parameters/{name}";

        Assert.That((await PutAsync(path, """{"value":{"a":[1,"x",null,true]}}""")).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, """{"value":{"a":2}}""")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Json.GetProperty("value").GetRawText(), Is.EqualTo("""{"a":2}"""));
        Assert.That((await GetAsync("/global-parameters")).Column("name"), Has.Member(name));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }
}
