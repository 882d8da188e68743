using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The broker publishes events to <c>amq.rabbitmq.event</c> when a client of the HTTP API changes something.</summary>
public class EventTests : ApiTests
{
    [Test]
    public async Task A_virtual_host_is_told_with_its_exchanges_and_its_end()
    {
        var events = await WatchAsync("vhost.*", "exchange.*");

        string host = await NewVirtualHostAsync(new { description = "d", tags = "a,b" });
        await PutAsync($"/vhosts/{host}", new { description = "e", tags = "a" });
        await DeleteAsync($"/vhosts/{host}");

        var exchanges = new HashSet<string>();
        for (int i = 0; i < 7; i++)
            exchanges.Add(await events.NextAsync("vhost", host, ["name"]));
        Assert.That(
            exchanges,
            Does.Contain("exchange.created; ")
                .And.Contain("exchange.created; amq.topic")
                .And.Contain("exchange.created; amq.rabbitmq.trace"));
        string[] shown = ["user_who_performed_action", "description", "tags", "metadata", "default_queue_type", "tracing"];
        Assert.That(await events.NextAsync("name", host, shown), Is.EqualTo(
            "vhost.created; guest; d; [a, b]; #{description => <<\"d\">>,tags => [a,b]}; undefined; false"));
        Assert.That(await events.NextAsync("name", host, shown), Does.StartWith("vhost.updated; guest; e; [a]; "));
        Assert.That((await events.NextAsync("vhost", host)).Method.RoutingKey, Is.EqualTo("exchange.deleted"));
        Assert.That(await events.NextAsync("name", host, ["user_who_performed_action"]), Is.EqualTo("vhost.deleted; guest"));
        Assert.That(await events.NextAsync("name", host, ["user_who_performed_action"]), Is.EqualTo("vhost.down; rmq-internal"));
    }

    [Test]
    public async Task What_becomes_of_a_user_is_told()
    {
        var events = await WatchAsync("user.created", "user.deleted", "user.password.*", "user.tags.set");

        string user = await NewUserAsync("management");
        await PutAsync($"/users/{user}", new { password = "other", tags = "monitoring,policymaker" });
        await PutAsync($"/users/{user}", new { tags = "" });
        await DeleteAsync($"/users/{user}");

        string[] expected =
        [
            "user.created; guest; no tags", "user.tags.set; guest; [management]",
            "user.password.changed; guest; no tags", "user.tags.set; guest; [monitoring, policymaker]",
            "user.tags.set; guest; []", "user.password.cleared; guest; no tags",
            "user.deleted; guest; no tags",
        ];
        foreach (string told in expected)
            Assert.That(await events.NextAsync("name", user, ["user_who_performed_action", "tags"]), Is.EqualTo(told));
    }

    [Test]
    public async Task Permissions_are_told_when_they_are_given_and_taken()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("");
        var events = await WatchAsync("permission.*", "topic.permission.*");

        await PutAsync($"/permissions/{host}/{user}", new { configure = "c", write = "w", read = "r" });
        await PutAsync($"/topic-permissions/{host}/{user}", new { exchange = "amq.topic", write = "w", read = "r" });
        await DeleteAsync($"/topic-permissions/{host}/{user}");
        await DeleteAsync($"/permissions/{host}/{user}");

        string[] shown = ["vhost", "configure", "write", "read", "exchange"];
        Assert.That(await events.NextAsync("user", user, shown), Is.EqualTo($"permission.created; {host}; c; w; r; no exchange"));
        Assert.That(
            await events.NextAsync("user", user, shown),
            Is.EqualTo($"topic.permission.created; {host}; no configure; w; r; amq.topic"));
        Assert.That(await events.NextAsync("user", user, ["vhost"]), Is.EqualTo($"topic.permission.deleted; {host}"));
        Assert.That(await events.NextAsync("user", user, ["vhost"]), Is.EqualTo($"permission.deleted; {host}"));
    }

    [Test]
    public async Task That_a_user_is_deleted_says_it_of_the_permissions_too()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("", host);
        var events = await WatchAsync("permission.deleted", "user.deleted");

        await DeleteAsync($"/users/{user}");

        var first = await events.NextAsync(headers => headers["name"]?.ToString() == user || headers["user"]?.ToString() == user);
        Assert.That(first.Method.RoutingKey, Is.EqualTo("user.deleted"));
    }

    [Test]
    public async Task A_policy_is_told_after_the_queues_that_it_changes()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("meant");
        await channel.DeclareQueueAsync("other");
        var events = await WatchAsync("policy.*", "queue.policy.*");

        await PutAsync($"/policies/{host}/p", """{"pattern":"meant","definition":{"max-length":5},"priority":2,"apply-to":"queues"}""");
        await DeleteAsync($"/policies/{host}/p");

        string[] shown = ["name", "user_who_performed_action", "pattern", "definition", "priority", "apply-to", "type"];
        Assert.That(
            await events.NextAsync("vhost", host, shown),
            Is.EqualTo("queue.policy.updated; meant; guest; meant; {max-length: 5}; 2; queues; rabbit_classic_queue"));
        Assert.That(
            await events.NextAsync("vhost", host, shown),
            Is.EqualTo("policy.set; p; guest; meant; {max-length: 5}; 2; queues; no type"));
        Assert.That(
            await events.NextAsync("vhost", host, ["name", "type", "pattern"]),
            Is.EqualTo("queue.policy.cleared; meant; rabbit_classic_queue; no pattern"));
        Assert.That(await events.NextAsync("vhost", host, ["name", "user_who_performed_action"]), Is.EqualTo("policy.cleared; p; guest"));
    }

    [Test]
    public async Task An_operator_policy_is_told_as_a_parameter_too()
    {
        string host = await NewVirtualHostAsync();
        var events = await WatchAsync("policy.*", "operator.policy.*", "parameter.*");

        await PutAsync($"/operator-policies/{host}/p", """{"pattern":"x","definition":{"max-length":5},"apply-to":"queues"}""");
        await DeleteAsync($"/operator-policies/{host}/p");

        Assert.That(await events.NextAsync("vhost", host, ["component", "value"]), Is.EqualTo(
            "parameter.set; operator_policy; {apply-to: queues, priority: 0, definition: {max-length: 5}, pattern: x}"));
        foreach (string told in (string[])["policy.set; p", "parameter.cleared; p", "operator.policy.cleared; p"])
            Assert.That(await events.NextAsync("vhost", host, ["name"]), Is.EqualTo(told));
    }

    [Test]
    public async Task The_limits_of_a_virtual_host_are_told_as_a_parameter_too()
    {
        string host = await NewVirtualHostAsync();
        var events = await WatchAsync("vhost.limits.*", "parameter.*");

        await PutAsync($"/parameters/vhost-limits/{host}/limits", """{"value":{"max-connections":987654321}}""");
        await DeleteAsync($"/parameters/vhost-limits/{host}/limits");

        Assert.That(
            await events.NextAsync("vhost", host, ["component", "name", "value"]),
            Is.EqualTo("parameter.set; vhost-limits; limits; {max-connections: 987654321}"));
        Assert.That(
            await events.NextAsync("max-connections", "987654321", ["name", "user_who_performed_action"]),
            Is.EqualTo("vhost.limits.set; limits; guest"));
        Assert.That(await events.NextAsync("vhost", host, ["component", "value"]), Is.EqualTo("parameter.cleared; vhost-limits; no value"));
        Assert.That((await events.NextAsync("name", "limits")).Method.RoutingKey, Does.StartWith("vhost.limits."));
    }

    [Test]
    public async Task Limits_of_a_user_are_told_one_by_one()
    {
        string user = await NewUserAsync("");
        var events = await WatchAsync("user.limits.*");

        await PutAsync($"/user-limits/{user}/max-channels", """{"value":7}""");
        await DeleteAsync($"/user-limits/{user}/max-channels");

        string[] shown = ["max-channels", "name", "user_who_performed_action"];
        Assert.That(await events.NextAsync("username", user, shown), Is.EqualTo("user.limits.set; 7; limits; guest"));
        Assert.That(await events.NextAsync("username", user, shown), Is.EqualTo("user.limits.cleared; no max-channels; limits; guest"));
    }

    [Test]
    public async Task A_global_parameter_is_told_without_a_value_when_it_is_cleared()
    {
        string name = NewName("g");
        var events = await WatchAsync("parameter.*");

        await PutAsync($"/global-parameters/{name}", """{"value":{"x":[1,"a",true,null,1.5]}}""");
        await DeleteAsync($"/global-parameters/{name}");

        Assert.That(
            await events.NextAsync("name", name, ["component", "value", "vhost"]),
            Is.EqualTo("parameter.set; global; {x: [1, a, true, null, 1.5]}; no vhost"));
        Assert.That(await events.NextAsync("name", name, ["component", "value"]), Is.EqualTo("parameter.set; global; no value"));
    }

    [Test]
    public async Task What_is_declared_over_HTTP_is_told_with_who_asked()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("administrator", host);
        var events = await WatchAsync("queue.created");

        await PutAsync($"/queues/{host}/q", new { durable = true }, $"{user}:secret");

        Assert.That(await events.NextAsync("vhost", host, ["name", "user_who_performed_action"]), Is.EqualTo($"queue.created; q; {user}"));
    }

    private async Task<EventWatch> WatchAsync(params IEnumerable<string> names) =>
        await EventWatch.StartAsync(await OpenChannelAsync(), names);
}
