using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class ListTests : ApiTests
{
    [TestCase(
        "page=1&page_size=2",
        """{"filtered_count":3,"item_count":2,"items":[{"name":"a1"},{"name":"a2"}],"page":1,"page_count":2,"page_size":2,"total_count":3}""")]
    [TestCase(
        "page=2&page_size=2",
        """{"filtered_count":3,"item_count":1,"items":[{"name":"b1"}],"page":2,"page_count":2,"page_size":2,"total_count":3}""")]
    [TestCase(
        "page=2&page_size=3", """{"filtered_count":3,"item_count":0,"items":[],"page":2,"page_count":1,"page_size":3,"total_count":3}""")]
    [TestCase(
        "page=1&page_size=500",
        """{"filtered_count":3,"item_count":3,"items":[{"name":"a1"},{"name":"a2"},{"name":"b1"}],"page":1,"page_count":1,"page_size":500,"total_count":3}""")]
    [TestCase(
        "page=1&name=a",
        """{"filtered_count":2,"item_count":2,"items":[{"name":"a1"},{"name":"a2"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase(
        "page=1&name=%5Eb%7C2&use_regex=true",
        """{"filtered_count":2,"item_count":2,"items":[{"name":"a2"},{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase(
        "page=1&name=%5EB%7CA2%24&use_regex=true",
        """{"filtered_count":2,"item_count":2,"items":[{"name":"a2"},{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase(
        "page=1&name=B1",
        """{"filtered_count":1,"item_count":1,"items":[{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase("sort=name&sort_reverse=true", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=arguments.x-expires", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=nothere&sort_reverse=true", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort_reverse=true", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=arguments..x-expires", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=nothere", """[{"name":"a1"},{"name":"a2"},{"name":"b1"}]""")]
    [TestCase("name=a", """[{"name":"a1"},{"name":"a2"},{"name":"b1"}]""")]
    public async Task A_list_comes_as_it_was_asked_for(string query, string expected)
    {
        string host = await NewHostWithQueuesAsync();

        Assert.That((await GetAsync($"/queues/{host}?{query}&columns=name")).Body, Is.EqualTo(expected));
    }

    [TestCase("page=3&page_size=2", "page_out_of_range", "Page out of range, page: 3 page size: 2, len: 3")]
    [TestCase("page=2&name=b&page_size=2", "page_out_of_range", "Page out of range, page: 2 page size: 2, len: 1")]
    [TestCase("page=5&page_size=2", "page_out_of_range", "Page out of range, page: 5 page size: 2, len: 3")]
    [TestCase("page=9223372036854775808", "page_out_of_range", "Page out of range, page: 9223372036854775808 page size: 100, len: 3")]
    [TestCase(
        "page=1&page_size=9223372036854775808", "invalid_pagination_parameters",
        "Invalid pagination parameters: page number 1, page size 9223372036854775808")]
    [TestCase("page=-1", "invalid_pagination_parameters", "Invalid pagination parameters: page number -1, page size undefined")]
    [TestCase("page=NaN", "bad_request", "Pagination parameters are invalid")]
    [TestCase("page=1.5", "bad_request", "Pagination parameters are invalid")]
    [TestCase("page=%FF", "bad_request", "Pagination parameters are invalid")]
    [TestCase("msg_rates_age=0&msg_rates_incr=0", "invalid_range_parameters", "Invalid range parameters: age 0, incr 0")]
    [TestCase(
        "lengths_age=99999999999999999999&lengths_incr=1", "invalid_range_parameters",
        "Invalid range parameters: age 99999999999999999999, incr 1")]
    [TestCase("page=0", "invalid_pagination_parameters", "Invalid pagination parameters: page number 0, page size undefined")]
    [TestCase("page=1&page_size=501", "invalid_pagination_parameters", "Invalid pagination parameters: page number 1, page size 501")]
    [TestCase("page=x", "bad_request", "Pagination parameters are invalid")]
    [TestCase("page=1&name=%28&use_regex=true", "bad_request", "Pagination parameters are invalid")]
    public async Task A_page_that_cannot_be_is_refused(string query, string error, string reason)
    {
        string host = await NewHostWithQueuesAsync();

        var answer = await GetAsync($"/queues/{host}?{query}");

        Assert.That((answer.Code, answer.Json.GetProperty("error").GetString(), answer.Reason), Is.EqualTo((400, error, reason)));
    }

    [Test]
    public async Task Every_list_is_narrowed_by_the_name_that_its_objects_go_by()
    {
        await SkipOnRabbitMqAsync("RabbitMQ pages fewer lists.");
        string host = await NewVirtualHostAsync(),
            user = await NewUserAsync("", host),
            node = (await GetAsync("/nodes")).Column("name").Single()!;
        foreach (string exchange in new[] { "from", "to" })
            await PutAsync($"/exchanges/{host}/{exchange}", new { type = "fanout" });
        await PutAsync($"/queues/{host}/q", new { });
        await PostAsync($"/bindings/{host}/e/from/e/to", new { routing_key = "key" });
        await PutAsync($"/policies/{host}/of-users", new { pattern = "^none", definition = new { expires = 60_000 } });
        await PutAsync($"/operator-policies/{host}/of-operators", new { pattern = "^none", definition = new { expires = 60_000 } });
        await PutAsync($"/topic-permissions/{host}/{user}", new { exchange = "amq.topic", write = "", read = "" });
        await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 9 });
        await PutAsync($"/user-limits/{user}/max-channels", new { value = 9 });
        await PutAsync($"/global-parameters/of-{host}", new { value = 1 });
        var channel = await OpenChannelAsync(host);
        await channel.ConsumeAsync("q", "tag");
        string connection = (await GetAsync($"/vhosts/{host}/connections")).Column("name").Single()!;
        (string Path, string Name, string Field)[] rows =
        [
            ($"/exchanges/{host}", "from", "name"), ($"/bindings/{host}", "from", "source"), ($"/policies/{host}", "of-users", "name"),
            ($"/operator-policies/{host}", "of-operators", "name"),
            ($"/parameters/operator_policy/{host}", "of-operators", "name"), ("/global-parameters", $"of-{host}", "name"),
            ("/vhosts", host, "name"), ("/users", user, "name"),
            ("/permissions", user, "user"), ("/topic-permissions", user, "user"), ("/vhost-limits", host, "vhost"),
            ("/user-limits", user, "user"), ($"/consumers/{host}", "tag", "consumer_tag"),
            ("/connections", connection, "name"), ("/channels", $"{connection} (1)", "name"), ("/nodes", node, "name"),
            ("/feature-flags", "stream_queue", "name"),
        ];

        foreach (var (path, name, field) in rows)
            Assert.That(
                (await GetAsync($"{path}?page=1&name={Uri.EscapeDataString(name)}")).Column(field), Is.EqualTo(new[] { name }), path);

        await DeleteAsync($"/global-parameters/of-{host}");
    }

    /// <summary>Lists are sorted in the order that Erlang defines for values of different types. A missing value counts as 0.</summary>
    [TestCase("queues")]
    [TestCase("exchanges")]
    public async Task Values_of_all_kinds_have_an_order_and_what_is_missing_counts_as_0(string kind)
    {
        string host = await NewVirtualHostAsync();
        (string Name, string? Value)[] items =
            [
                ("minus", "-5"), ("none", null), ("zero", "0"), ("half", "1.5"), ("five", "5"), ("no", "false"), ("yes", "true"),
                ("pair", "{}"), ("pairs", "{\"a\":1}"), ("list", "[]"), ("text", "\"\""), ("texts", "\"a\"")
            ];
        foreach (var (name, value) in items.Reverse())
            await PutAsync($"/{kind}/{host}/{name}", value is null ? "{}" : $"{{\"arguments\":{{\"k\":{value}}}}}");

        var ascending = (await GetAsync($"/{kind}/{host}?sort=arguments.k&columns=name")).Column("name").Where(IsOurs);
        var descending =
            (await GetAsync($"/{kind}/{host}?sort=arguments.k&sort_reverse=true&page=1&columns=name")).Column("name").Where(IsOurs);

        string?[] expected = [.. items.Select(item => item.Name)];
        Assert.That(ascending, Is.EqualTo(expected));
        Assert.That(descending, Is.EqualTo(expected.Reverse()));

        bool IsOurs(string? name) => items.Any(item => item.Name == name);
    }

    [TestCase("sort=.")]
    [TestCase("sort=%FF")]
    [TestCase("sort=name.x.y")]
    [TestCase("columns=.")]
    [TestCase("columns=%FF,,.,a..b")]
    [TestCase("columns=arguments.x-expires.x.y.z&sort=arguments.x-expires.y")]
    [TestCase("page=1&name=%00%FF")]
    [TestCase("sort=name&sort_reverse=TRUE")]
    public async Task A_query_without_sense_is_answered_all_the_same(string query)
    {
        await SkipOnRabbitMqAsync("RabbitMQ answers some of these queries with 500.");
        string host = await NewHostWithQueuesAsync();

        Assert.That((await GetAsync($"/queues/{host}?{query}")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Columns_reach_into_objects()
    {
        string host = await NewHostWithQueuesAsync();

        Assert.That(
            (await GetAsync($"/queues/{host}/a1?columns=arguments.x-expires")).Body,
            Is.EqualTo("""{"arguments":{"x-expires":9000000}}"""));
    }

    [Test]
    public async Task Several_columns_of_an_object_come_together()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", """{"arguments":{"x-expires":9000000,"x-max-length":5,"x-max-priority":2}}""");

        Assert.That(
            (await GetAsync($"/queues/{host}/q?columns=arguments.x-expires,arguments.x-max-length")).Body,
            Is.EqualTo("""{"arguments":{"x-expires":9000000,"x-max-length":5}}"""));
    }

    [TestCase("arguments,arguments.x-expires")]
    [TestCase("arguments.x-expires,arguments")]
    public async Task A_whole_object_that_is_asked_for_is_not_cut_by_a_part_of_it(string columns)
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", """{"arguments":{"x-expires":9000000,"x-max-length":5}}""");

        Assert.That(
            (await GetAsync($"/queues/{host}/q?columns={columns}")).Body,
            Is.EqualTo("""{"arguments":{"x-expires":9000000,"x-max-length":5}}"""));
    }

    private async Task<string> NewHostWithQueuesAsync()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/a1", """{"arguments":{"x-expires":9000000}}""");
        await PutAsync($"/queues/{host}/b1", """{"arguments":{"x-expires":7000000}}""");
        await PutAsync($"/queues/{host}/a2", """{"arguments":{"x-expires":8000000}}""");
        return host;
    }
}
