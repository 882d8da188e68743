namespace Amqp.Tests.Behaviour.Management;

public class ExchangeAndBindingApiTests : ApiTests
{
    [Test]
    public async Task An_exchange_is_declared_declared_again_and_deleted()
    {
        string host = await NewVirtualHostAsync(), path = $"/exchanges/{host}/x";

        Assert.That((await PutAsync(path, """{"type":"topic","arguments":{"alternate-exchange":"a"}}""")).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, """{"type":"topic","arguments":{"alternate-exchange":"a"}}""")).Code, Is.EqualTo(204));
        var refused = await PutAsync(path, """{"type":"direct"}""");
        Assert.That(
            (refused.Code, refused.Reason),
            Is.EqualTo((400, $"inequivalent arg 'type' for exchange 'x' in vhost '{host}': received 'direct' but current is 'topic'")));
        Assert.That(
            (await GetAsync($"{path}?columns=name,type,durable,internal,arguments")).Body,
            Is.EqualTo("""{"arguments":{"alternate-exchange":"a"},"durable":false,"internal":false,"name":"x","type":"topic"}"""));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_virtual_host_begins_with_the_exchanges_of_AMQP()
    {
        Assert.That(
            (await GetAsync($"/exchanges/{await NewVirtualHostAsync()}")).Column("name"),
            Is.EqualTo(new[] { "", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.rabbitmq.trace", "amq.topic" }));
    }

    [Test]
    public async Task The_default_exchange_goes_by_a_name_in_addresses()
    {
        Assert.That(
            (await GetAsync($"/exchanges/{await NewVirtualHostAsync()}/amq.default?columns=name,type")).Body,
            Is.EqualTo("""{"name":"","type":"direct"}"""));
    }

    [TestCase("a.b", "a.b")]
    [TestCase("", "~")]
    [TestCase("a/b ~", "a%252Fb%2B%257E")]
    public async Task A_binding_is_made_shown_and_deleted(string routingKey, string location)
    {
        string host = await NewHostWithEndsAsync(), path = $"/bindings/{host}/e/x/q/q";

        var made = await PostAsync(path, new { routing_key = routingKey });

        Assert.That((made.Code, made.Message.Headers.Location?.OriginalString), Is.EqualTo((201, $"q/{location}")));
        Assert.That((await GetAsync($"{path}?columns=routing_key")).Column("routing_key"), Is.EqualTo(new[] { routingKey }));
        Assert.That((await GetAsync($"{path}/{location}")).Json.GetProperty("routing_key").GetString(), Is.EqualTo(routingKey));
        Assert.That((await DeleteAsync($"{path}/{location}")).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync($"{path}/{location}")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Bindings_with_other_arguments_have_other_keys()
    {
        string host = await NewHostWithEndsAsync(), path = $"/bindings/{host}/e/x/q/q";
        await PostAsync(path, """{"routing_key":"k","arguments":{"a":1}}""");
        await PostAsync(path, """{"routing_key":"k","arguments":{"a":2}}""");

        string?[] keys = [.. (await GetAsync(path)).Column("properties_key")];

        Assert.That(keys.Distinct().Count(), Is.EqualTo(2));
        Assert.That(keys, Has.All.StartsWith("k~"));
        Assert.That((await DeleteAsync($"{path}/{keys[0]}")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Column("properties_key"), Is.EqualTo(keys[1..]));
    }

    /// <summary>
    /// Two bindings have the keys <c>a%2Fb</c> and <c>a%252Fb</c>. A path with <c>a%252Fb</c> must name the first binding, because URL
    /// encoding changes <c>a%2Fb</c> to <c>a%252Fb</c>.
    /// </summary>
    [Test]
    public async Task A_key_names_the_binding_that_has_it_before_one_that_has_it_decoded()
    {
        string host = await NewHostWithEndsAsync(), path = $"/bindings/{host}/e/x/q/q";
        await PostAsync(path, new { routing_key = "a/b" });
        await PostAsync(path, new { routing_key = "a%2Fb" });

        Assert.That((await GetAsync($"{path}/a%252Fb")).Json.GetProperty("routing_key").GetString(), Is.EqualTo("a/b"));
        Assert.That((await DeleteAsync($"{path}/a%252Fb")).Code, Is.EqualTo(204));
        Assert.That((await GetAsync(path)).Column("routing_key"), Is.EqualTo(new[] { "a%2Fb" }));
    }

    [Test]
    public async Task A_queue_and_an_exchange_of_one_name_have_bindings_of_their_own()
    {
        string host = await NewHostWithEndsAsync();
        await PutAsync($"/exchanges/{host}/q", new { type = "fanout" });
        await PostAsync($"/bindings/{host}/e/x/q/q", new { routing_key = "to the queue" });
        await PostAsync($"/bindings/{host}/e/x/e/q", new { routing_key = "to the exchange" });

        Assert.That((await GetAsync($"/bindings/{host}/e/x/q/q")).Column("routing_key"), Is.EqualTo(new[] { "to the queue" }));
        Assert.That((await GetAsync($"/bindings/{host}/e/x/e/q")).Column("routing_key"), Is.EqualTo(new[] { "to the exchange" }));
        Assert.That((await GetAsync($"/queues/{host}/q/bindings")).Column("routing_key"), Is.EqualTo(new[] { "q", "to the queue" }));
        Assert.That(
            (await GetAsync($"/exchanges/{host}/q/bindings/destination")).Column("routing_key"),
            Is.EqualTo(new[] { "to the exchange" }));
        Assert.That((await GetAsync($"/exchanges/{host}/q/bindings/source")).Body, Is.EqualTo("[]"));
    }

    [TestCase("durable")]
    [TestCase("auto_delete")]
    [TestCase("internal")]
    public async Task Each_trait_of_an_exchange_is_declared_by_its_own_name(string trait)
    {
        string path = $"/exchanges/{await NewVirtualHostAsync()}/x";
        Assert.That((await PutAsync(path, $$"""{"type":"fanout","{{trait}}":true}""")).Code, Is.EqualTo(201));

        var exchange = (await GetAsync(path)).Json;

        Assert.That(
            new[] { "durable", "auto_delete", "internal" }.Where(each => exchange.GetProperty(each).GetBoolean()),
            Is.EqualTo(new[] { trait }));
    }

    [Test]
    public async Task Every_queue_is_bound_to_the_default_exchange()
    {
        string host = await NewHostWithEndsAsync();

        Assert.That(
            (await GetAsync($"/queues/{host}/q/bindings")).Body,
            Is.EqualTo(
                $$$"""[{"source":"","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"q","arguments":{},"properties_key":"q"}]"""));
    }

    [Test]
    public async Task Exchanges_list_the_bindings_from_and_to_them()
    {
        string host = await NewHostWithEndsAsync();
        await PostAsync($"/bindings/{host}/e/x/e/amq.fanout", new { routing_key = "k" });

        Assert.That((await GetAsync($"/exchanges/{host}/x/bindings/source")).Column("destination"), Is.EqualTo(new[] { "amq.fanout" }));
        Assert.That((await GetAsync($"/exchanges/{host}/amq.fanout/bindings/destination")).Column("source"), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public async Task Names_and_keys_of_more_than_255_bytes_are_refused()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 checks only the names of queues.");
        string host = await NewVirtualHostAsync(), tooLong = new('x', 256);
        await PutAsync($"/queues/{host}/q", new { });

        Assert.That((await PutAsync($"/exchanges/{host}/{tooLong}", new { type = "topic" })).Code, Is.EqualTo(400));
        Assert.That((await PostAsync($"/bindings/{host}/e/amq.direct/q/q", new { routing_key = tooLong })).Code, Is.EqualTo(400));
        Assert.That(
            (await PostAsync(
                $"/exchanges/{host}/amq.direct/publish",
                new { properties = new { }, routing_key = tooLong, payload = "", payload_encoding = "string" })).Code,
            Is.EqualTo(400));
    }

    [TestCase("e/none/q/q", "no exchange 'none' in vhost 'V'")]
    [TestCase("e/x/q/none", "no queue 'none' in vhost 'V'")]
    public async Task Bindings_need_both_ends(string path, string reason)
    {
        string host = await NewHostWithEndsAsync();

        var answer = await PostAsync($"/bindings/{host}/{path}", new { });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((404, reason.Replace("'V'", $"'{host}'", StringComparison.Ordinal))));
    }

    [Test]
    public async Task The_way_of_a_message_is_explained_and_nothing_is_published()
    {
        string host = await NewHostWithEndsAsync();
        await PostAsync($"/bindings/{host}/e/x/q/q", new { routing_key = "a.*" });
        await PostAsync($"/bindings/{host}/e/x/q/q", new { routing_key = "b" });

        var route = await PostAsync($"/exchanges/{host}/x/route", new { routing_key = "a.b" });

        Assert.That(
            route.Body,
            Is.EqualTo("""
                {"queues":["q"],"paths":[{"queue":"q","steps":[
                {"kind":"binding","source":"x","destination":"q","destination_type":"queue","routing_key":"a.*"}]}],
                "exchanges":[{"name":"x","type":"topic","notes":[],"bindings":[
                {"destination":"q","destination_type":"queue","routing_key":"a.*","arguments":{},"matches":true,
                "reason":"the pattern 'a.*' matches 'a.b'"},
                {"destination":"q","destination_type":"queue","routing_key":"b","arguments":{},"matches":false,
                "reason":"the pattern 'b' does not match the routing key 'a.b': 1 instead of 2 words"}]}]}
                """.Replace("\n", "", StringComparison.Ordinal)));
        Assert.That(
            (await PostAsync($"/queues/{host}/q/get", new { count = 1, ackmode = "ack_requeue_true", encoding = "auto" })).Body,
            Is.EqualTo("[]"));
    }

    [TestCase("none", """{"routing_key":"a"}""", 404, "Not Found")]
    [TestCase("x", "{}", 400, "[{key_missing,routing_key}]")]
    [TestCase("x", """{"routing_key":"a","properties":1}""", 400, null)]
    [TestCase("x", """{"routing_key":"a","properties":{"headers":{"CC":"b"}}}""", 400, null)]
    public async Task A_message_that_cannot_be_published_has_no_way(string exchange, string body, int code, string? reason)
    {
        string host = await NewHostWithEndsAsync();

        var answer = await PostAsync($"/exchanges/{host}/{exchange}/route", body);

        Assert.That(answer.Code, Is.EqualTo(code));
        Assert.That(answer.Reason, reason is null ? Is.Not.Empty : Is.EqualTo(reason));
    }

    private async Task<string> NewHostWithEndsAsync()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/exchanges/{host}/x", new { type = "topic" });
        await PutAsync($"/queues/{host}/q", new { });
        return host;
    }
}
