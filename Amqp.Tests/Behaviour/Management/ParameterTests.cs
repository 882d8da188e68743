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
