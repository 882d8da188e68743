using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class NodeApiTests : ApiTests
{
    [TestCase("/health/checks/alarms", 200, """{"status":"ok"}""")]
    [TestCase("/health/checks/virtual-hosts", 200, """{"status":"ok"}""")]
    [TestCase("/health/checks/node-is-quorum-critical", 200, """{"status":"ok","reason":"single node cluster"}""")]
    [TestCase("/health/checks/port-listener/x", 400, """{"error":"bad_request","reason":"Invalid port"}""")]
    [TestCase("/health/checks/protocol-listener/amqp091", 200, """{"status":"ok","protocol":"amqp"}""")]
    [TestCase("/health/checks/protocol-listener/http", 200, """{"status":"ok","protocol":"http"}""")]
    [TestCase("/health/checks/certificate-expiration/1/days", 200, """{"status":"ok"}""")]
    [TestCase(
        "/health/checks/certificate-expiration/1/x", 400,
        """{"error":"bad_request","reason":"Time unit not recognised. Supported units: days, weeks, months, years."}""")]
    [TestCase("/health/checks/certificate-expiration/x/days", 400, """{"error":"bad_request","reason":"Invalid expiration value."}""")]
    [TestCase("/health/checks/nothing", 404, """{"error":"Object Not Found","reason":"Not Found"}""")]
    [TestCase("/aliveness-test/%2F", 200, """{"status":"ok"}""")]
    [TestCase("/nodes/none?columns=name", 404, """{"error":"Object Not Found","reason":"Not Found"}""")]
    [TestCase("/auth/attempts/none", 404, """{"error":"Object Not Found","reason":"Not Found"}""")]
    [TestCase("/auth/attempts/none/source", 404, """{"error":"Object Not Found","reason":"Not Found"}""")]
    [TestCase("/extensions", 200, """[{"javascript":"dispatcher.js"}]""")]
    [TestCase("/nothing", 404, """{"error":"Object Not Found","reason":"Not Found"}""")]
    public async Task Checks_are_answered(string path, int code, string body)
    {
        var answer = await GetAsync(path);

        Assert.That((answer.Code, answer.Body), Is.EqualTo((code, body)));
    }

    [Test]
    public async Task A_port_is_checked_for_a_listener()
    {
        int port = (await BrokerTarget.UriAsync).Port;

        Assert.That((await GetAsync($"/health/checks/port-listener/{port}")).Body, Is.EqualTo($$"""{"status":"ok","port":{{port}}}"""));
        Assert.That(
            (await GetAsync("/health/checks/port-listener/1")).Body,
            Does.StartWith("""{"status":"failed","reason":"No active listener","missing":1,"ports":["""));
    }

    [Test]
    public async Task A_test_whether_a_virtual_host_is_alive_leaves_nothing_in_it()
    {
        await SkipOnRabbitMqAsync("RabbitMQ keeps the queue of the aliveness test.");
        string host = await NewVirtualHostAsync();

        for (int i = 0; i < 2; i++)
            Assert.That((await GetAsync($"/aliveness-test/{host}")).Body, Is.EqualTo("""{"status":"ok"}"""));

        Assert.That((await GetAsync($"/queues/{host}")).Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task A_virtual_host_cannot_be_started_on_a_node_that_is_not_there()
    {
        var answer = await PostAsync("/vhosts/%2F/start/rabbit@elsewhere", new { });

        Assert.That(
            (answer.Code, answer.Body),
            Is.EqualTo((400, """{"error":"bad_request","reason":"Request to node rabbit@elsewhere failed with nodedown"}""")));
    }

    [TestCase("/queues/%2F/q")]
    [TestCase("/overview")]
    public async Task A_method_that_a_resource_does_not_have_is_refused(string path) =>
        Assert.That((await PostAsync(path, new { })).Code, Is.EqualTo(405));

    [Test]
    public async Task The_overview_counts_and_names()
    {
        var overview = (await GetAsync("/overview")).Json;

        foreach (string field in new[]
                 {
                     "management_version", "rates_mode", "exchange_types", "product_version", "product_name", "rabbitmq_version",
                     "cluster_name", "erlang_version",
                     "message_stats", "churn_rates", "queue_totals", "object_totals", "node", "listeners", "contexts",
                 })
            Assert.That(overview.TryGetProperty(field, out _), field);
        Assert.That(
            overview.GetProperty("object_totals").EnumerateObject().Select(field => field.Name),
            Is.EquivalentTo(new[] { "channels", "connections", "consumers", "exchanges", "queues" }));
    }

    [Test]
    public async Task The_node_is_the_one_of_the_overview()
    {
        string node = (await GetAsync("/overview")).Json.GetProperty("node").GetString()!;

        Assert.That((await GetAsync("/nodes")).Column("name"), Is.EqualTo(new[] { node }));
        Assert.That((await GetAsync($"/nodes/{node}")).Json.GetProperty("running").GetBoolean());
    }

    [Test]
    public async Task The_node_has_the_numbers_that_typed_clients_demand()
    {
        var node = (await GetAsync("/nodes")).Json[0];

        foreach (string field in new[]
        {
            "mem_used", "mem_limit", "disk_free", "disk_free_limit", "fd_used", "fd_total", "sockets_used", "sockets_total", "proc_used",
            "proc_total", "uptime", "run_queue", "processors"
        })
            Assert.That(node.GetProperty(field).ValueKind, Is.EqualTo(JsonValueKind.Number), field);
        foreach (string field in new[] { "mem_alarm", "disk_free_alarm" })
            Assert.That(node.GetProperty(field).ValueKind, Is.EqualTo(JsonValueKind.False), field);
    }

    [Test]
    public async Task The_flag_that_clients_ask_for_is_set()
    {
        var flags = (await GetAsync("/feature-flags")).Json.EnumerateArray();

        Assert.That(
            flags.Single(flag => flag.GetProperty("name").GetString() == "stream_queue").GetProperty("state").GetString(),
            Is.EqualTo("enabled"));
        Assert.That((await PutAsync("/feature-flags/stream_queue/enable", new { })).Code, Is.EqualTo(204));
    }
}
